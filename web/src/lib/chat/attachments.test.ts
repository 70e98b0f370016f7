import { describe, expect, it } from 'vitest';
import { contextFiles, imageSource, imageUrls, pastedName } from './attachments';

describe('pictures', () => {
	it('are named to the model by id or data', () => {
		const files = [
			{ type: 'image', url: 'f1' },
			{ type: 'file', id: 'f2', content_type: 'image/png' },
			{ type: 'file', id: 'f3' }
		];
		expect(imageUrls(files)).toEqual(['f1', 'f2']);
		expect(contextFiles([...files, files[2]!])).toEqual([files[2]]);
	});
	it('are shown from this server only', () => {
		expect(imageSource({ type: 'image', url: 'abc-1' })).toBe('/api/v1/files/abc-1/content');
		expect(imageSource({ type: 'image', url: '/cache/x.png' })).toBe('/cache/x.png');
		expect(imageSource({ type: 'image', url: 'data:image/png;base64,x' })).toMatch(/^data:/);
		for (const url of ['https://example.com/x.png', '//example.com/x.png', 'data:text/html,x'])
			expect(imageSource({ type: 'image', url })).toBeUndefined();
	});
});

it('names pasted texts one after the other', () => {
	expect(pastedName('x', ['Pasted text 1.txt'])).toBe('Pasted text 2.txt');
	expect(pastedName('[1, 2]', [])).toBe('Pasted text 1.json');
	expect(pastedName('[1, 2', [])).toBe('Pasted text 1.txt');
});
