import { describe, expect, it } from 'vitest';
import { readSuggestions } from './suggestions';

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
