import { expect, it } from 'vitest';
import type { Turn } from '$lib/api/complete';
import { adviceTurns } from './enhance';

it('tells a model the note and what is marked in it, before the conversation', () => {
	const turns: Turn[] = [
		{ role: 'user', content: 'Longer?' },
		{ role: 'assistant', content: ' ' },
		{ role: 'user', content: 'Shorter.' }
	];
	const [system, ...rest] = adviceTurns({ title: 'Bread', text: 'Flour.', marked: '' }, turns);
	expect(system!.role).toBe('system');
	expect(system!.content).toContain('Title: Bread\n\n<note>\nFlour.\n</note>');
	expect(system!.content).not.toContain('<marked>');
	// An answer that never came is not worth telling.
	expect(rest.map(({ content }) => content)).toEqual(['Longer?', 'Shorter.']);
	const [marked] = adviceTurns({ title: 'Bread', text: 'Flour.', marked: 'Flour' }, []);
	expect(marked!.content).toContain('<marked>\nFlour\n</marked>');
});
