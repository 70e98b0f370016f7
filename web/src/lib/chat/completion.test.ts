import { expect, it } from 'vitest';
import { continuationOf, wordsIn } from './completion';

it('takes the continuation out of an answer', () => {
	const answer = (text: string) => `Sure: ${JSON.stringify({ text })}`;
	expect(continuationOf(answer('to the shore'), 'We walk')).toBe(' to the shore');
	expect(continuationOf(answer(' to the shore'), 'We walk ')).toBe('to the shore');
	expect(continuationOf(answer('We walk home'), 'We walk')).toBe(' home');
	expect(continuationOf(answer(', slowly\nand more'), 'We walk')).toBe(', slowly');
	expect(continuationOf('no JSON', 'x')).toBe('');
	expect(continuationOf(answer(' '), 'x')).toBe('');
});

it('finds what the helper was asked for between its own words', () => {
	expect(wordsIn('Of course: ```json\n{"title": "Bees"}\n```', 'title')).toBe('Bees');
	expect(wordsIn('{"title": 7}', 'title')).toBe('');
	expect(wordsIn('Bees', 'title')).toBe('');
});
