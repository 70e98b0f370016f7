import { describe, expect, it } from 'vitest';
import { PARAMS, compact, customParams, customRows, readTags, writeTags } from './params';

describe('parameters', () => {
	it('have names of their own', () => {
		expect(new Set(PARAMS.map((p) => p.key)).size).toBe(PARAMS.length);
	});
	it('leave out what is at its default', () => {
		expect(compact({ a: 0, b: null, c: '', d: false, e: undefined, f: {}, g: [] })).toEqual({
			a: 0,
			d: false,
			g: []
		});
	});
	it('can be of one’s own', () => {
		const rows = customRows({ custom_params: { a: 'x', b: { c: 1 } } });
		expect(rows).toEqual([
			['a', 'x'],
			['b', '{"c":1}']
		]);
		expect(customParams([...rows, [' ', 'lost']])).toEqual({ a: 'x', b: '{"c":1}' });
		expect(customRows({})).toEqual([]);
	});
	it('read reasoning tags as people type them', () => {
		expect(readTags('<a>, </a>')).toEqual(['<a>', '</a>']);
		expect(readTags(' false ')).toBe(false);
		expect(writeTags(['<a>', '</a>'])).toBe('<a>, </a>');
		expect(writeTags(undefined)).toBe('');
	});
});
