import { describe, expect, it } from 'vitest';
import { commandFor, freeCommand, isCommand, readPromptFile, withSlash } from './prompts';

describe('commands', () => {
	it('come from titles', () => {
		expect(['Sum up!', '总结', ''].map(commandFor)).toEqual(['/sum-up', '', '']);
	});

	it('have one slash', () => {
		expect([' sum', '//sum', '/', ''].map(withSlash)).toEqual(['/sum', '/sum', '', '']);
	});

	it('are letters, digits and dashes', () => {
		expect(['/sum-up', '/Sum_2', '/', '/a b', 'sum', '/-a'].map(isCommand)).toEqual([
			true,
			true,
			false,
			false,
			false,
			false
		]);
	});

	it('are made free', () => {
		expect(freeCommand('/a', (command) => command === '/a-copy')).toBe('/a-copy-2');
	});
});

it('reads files with prompts', () => {
	const file = JSON.stringify([
		{ command: 'sum', title: 'Sum up', content: 'Sum up:', access_control: null, id: 1 },
		{ command: '/x', content: 'y', access_control: { read: { group_ids: ['g'] } } },
		{ title: 'no command', content: 'z' }
	]);
	expect(readPromptFile(file)).toEqual([
		{ command: '/sum', title: 'Sum up', content: 'Sum up:', access_control: null },
		{ command: '/x', title: 'x', content: 'y', access_control: {} }
	]);
	expect(readPromptFile('[]')).toBeUndefined();
	expect(readPromptFile('?')).toBeUndefined();
});
