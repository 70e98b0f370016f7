import { describe, expect, it } from 'vitest';
import { goesWith, readSuggestions, type Suggestion } from './suggestions';

describe('readSuggestions', () => {
	it('reads titles of one line and of two', () => {
		expect(
			readSuggestions([
				{ title: ['A', 'b'], content: 'x' },
				{ title: 'C', content: 'y' },
				{ content: 'z' }
			])
		).toEqual([
			{ title: ['A', 'b'], content: 'x' },
			{ title: ['C', ''], content: 'y' },
			{ title: ['', ''], content: 'z' }
		]);
	});

	it('leaves out what is none', () => {
		expect(readSuggestions([null, 3, { title: 'A' }, { content: ' ' }])).toEqual([]);
		expect(readSuggestions({ content: 'x' })).toEqual([]);
	});
});

const script: Suggestion = {
	title: ['Write a script', 'that renames photos'],
	content: 'In Python.'
};
const weekend: Suggestion = { title: ['计划一个周末', '远离城市'], content: '帮我计划。' };

describe('suggestions while somebody writes', () => {
	it('go with what begins their words, in any order', () => {
		for (const typed of ['', '  ', 'wri', 'Photos scr', 'python'])
			expect(goesWith(script, typed), typed).toBe(true);
	});
	it('do not go with other words', () => {
		for (const typed of ['rite', 'write me a poem', 'hotos'])
			expect(goesWith(script, typed), typed).toBe(false);
	});
	it('are found by a part where words have no spaces', () => {
		expect(goesWith(weekend, '周末')).toBe(true);
		expect(goesWith(weekend, '月末')).toBe(false);
	});
});
