import { describe, expect, it } from 'vitest';
import { contains, excerpt, highlight } from './highlight';
import { complete, hasOperator, plainText, suggestions, wordAt, wordsOf } from './query';

const known = { tags: ['Travel', 'Tax Return'], folders: ['My Work', 'Home'] };
const suggest = (query: string) => suggestions(query, query.length, known);

describe('query', () => {
	it('separates words from operators', () => {
		expect(wordsOf('tag:travel fjords  PINNED:true in may')).toEqual(['fjords', 'in', 'may']);
		expect(plainText('  what:is this archived:true ')).toBe('what:is this');
		expect(hasOperator('x folder:a')).toBe(true);
		expect(hasOperator('http://x 10:30')).toBe(false);
	});

	it('finds the word at the cursor', () => {
		expect(wordAt('one two', 7)).toEqual({ start: 4, end: 7, text: 'two' });
		expect(wordAt('one two', 1).text).toBe('one');
		expect(wordAt('one ', 4).text).toBe('');
	});

	it('suggests operators, then their values', () => {
		expect(suggest('')).toEqual([]);
		expect(suggest('bees')).toEqual([]);
		expect(suggest('bees fo')).toEqual(['folder:']);
		expect(suggest('tag:')).toEqual(['tag:travel', 'tag:tax_return', 'tag:none']);
		expect(suggest('tag:ta')).toEqual(['tag:tax_return']);
		expect(suggest('folder:wo')).toEqual(['folder:my_work']);
		expect(suggest('pinned:')).toEqual(['pinned:true', 'pinned:false']);
		expect(suggest('pinned:true')).toEqual([]);
		expect(suggest('http://x')).toEqual([]);
	});

	it('completes the word at the cursor', () => {
		expect(complete('bees ta', 7, 'tag:')).toEqual({ query: 'bees tag:', cursor: 9 });
		expect(complete('ta bees', 2, 'tag:travel')).toEqual({ query: 'tag:travel bees', cursor: 11 });
	});
});

describe('highlight', () => {
	it('marks every hit in its own spelling', () => {
		expect(highlight('Bees and bees', ['bees'])).toEqual([
			{ text: 'Bees', hit: true },
			{ text: ' and ', hit: false },
			{ text: 'bees', hit: true }
		]);
	});

	it('takes words as they are, and the longest first', () => {
		expect(highlight('a.b', ['.'])[1]).toEqual({ text: '.', hit: true });
		expect(highlight('beeswax', ['bee', 'beeswax'])).toEqual([{ text: 'beeswax', hit: true }]);
		expect(highlight('text', [])).toEqual([{ text: 'text', hit: false }]);
		expect(highlight('', ['x'])).toEqual([]);
	});
});

describe('excerpt', () => {
	const text = `${'a '.repeat(200)}needle ${'b '.repeat(200)}`;

	it('shows the part with the first hit', () => {
		const part = excerpt(text, ['NEEDLE'], 100);
		expect(part).toContain('needle');
		expect(part.length).toBeLessThanOrEqual(102);
		expect(part.startsWith('…') && part.endsWith('…')).toBe(true);
	});

	it('shows the beginning when there is none, and short texts whole', () => {
		expect(excerpt('short\n\ntext', ['x'])).toBe('short text');
		expect(excerpt(text, ['x'], 10)).toMatch(/^a a/);
	});

	it('tells whether a word is there', () => {
		expect(contains('The Bees', ['bees'])).toBe(true);
		expect(contains('The Bees', [])).toBe(false);
	});
});
