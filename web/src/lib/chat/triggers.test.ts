import { describe, expect, it } from 'vitest';
import { best, fit, replaceTrigger, triggerAt } from './triggers';

describe('signs', () => {
	it.each([
		['/sum', 4, { kind: 'prompt', query: 'sum', from: 0, to: 4 }],
		['ask @', 5, { kind: 'model', query: '', from: 4, to: 5 }],
		['see\n#no tes', 7, { kind: 'reference', query: 'no', from: 4, to: 7 }],
		['a/b', 3, undefined],
		['me@example.org', 14, undefined],
		['https://x', 9, undefined],
		['# Heading', 9, undefined],
		['plain', 5, undefined],
		[`${'x'.repeat(60)}/a`, 62, undefined]
	])('%j at %i', (text, caret, expected) => {
		expect(triggerAt(text, caret)).toEqual(expected);
	});
	it('are taken out, or something is put in their place', () => {
		const trigger = triggerAt('a /b', 4)!;
		expect(replaceTrigger('a /b c', trigger)).toEqual({ text: 'a  c', caret: 2 });
		expect(replaceTrigger('a /b c', trigger, 'xyz')).toEqual({ text: 'a xyz c', caret: 5 });
	});
});

describe('fitting', () => {
	it('prefers beginnings, then words, then anything, then scattered letters', () => {
		expect(fit('gpt-4-mini', 'gpt')).toBe(0);
		expect(fit('gpt-4-mini', 'mini')).toBe(1);
		expect(fit('gpt-4-mini', 'ini')).toBe(2);
		expect(fit('gpt-4-mini', 'gp4m')).toBe(3);
		expect(fit('gpt-4-mini', 'claude')).toBeUndefined();
		expect(best(['b-a', 'xay', 'abc', 'q'], 'a', (s) => [s])).toEqual(['abc', 'b-a', 'xay']);
	});
});
