import { describe, expect, it } from 'vitest';
import { hostOf, referencesOf } from './sources';

describe('references', () => {
	it('share a number when they come from the same place', () => {
		const list = referencesOf([
			{
				source: { id: 'f1', name: 'book.pdf', type: 'file' },
				document: ['one', 'two'],
				metadata: [
					{ source: 'book.pdf', page: 2, file_id: 'f1' },
					{ source: 'book.pdf', page: 4 }
				],
				distances: [0.9, 1.7]
			},
			{ source: { name: 'web' }, document: ['x'], metadata: [{ source: 'https://www.a.org/b' }] }
		]);
		expect(list).toEqual([
			{
				number: 1,
				name: 'book.pdf',
				url: undefined,
				fileId: 'f1',
				excerpts: [
					{ text: 'one', page: 3, relevance: 0.9 },
					{ text: 'two', page: 5, relevance: undefined }
				]
			},
			{
				number: 2,
				name: 'web',
				url: 'https://www.a.org/b',
				fileId: undefined,
				excerpts: [{ text: 'x', page: undefined, relevance: undefined }]
			}
		]);
	});
	it('survive odd shapes', () => {
		expect(referencesOf(undefined)).toEqual([]);
		expect(referencesOf([null, 'x', { source: { name: 'tool' } }])).toHaveLength(1);
	});
	it('never link to what is no web address', () => {
		const [only] = referencesOf([
			{ source: { name: 'a', url: 'javascript:alert(1)' }, document: ['x'], metadata: [{}] }
		]);
		expect(only!.url).toBeUndefined();
	});
});

it('names hosts as people do', () => {
	expect(hostOf('https://www.example.org/x')).toBe('example.org');
	expect(hostOf('odd')).toBe('odd');
});
