import { describe, expect, it } from 'vitest';
import { LineSplitter, objectOf, objectsOf } from './lines';

it('puts lines together that came in pieces', () => {
	const splitter = new LineSplitter();
	expect(splitter.push('a\r\nb')).toEqual(['a']);
	expect(splitter.push('c\n\nd')).toEqual(['bc', '']);
	expect(splitter.end()).toEqual(['d']);
	expect(splitter.end()).toEqual([]);
});

it('reads bare objects and events', () => {
	expect(
		[
			'{"a":1}',
			'data: {"a":2}',
			'data:{"a":3}',
			'data: [DONE]',
			': hello',
			'',
			'{"a"',
			'event: x'
		].map(objectOf)
	).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, undefined, undefined, undefined, undefined, undefined]);
});

describe('objectsOf', () => {
	const streamOf = (pieces: Uint8Array[]) =>
		new ReadableStream<Uint8Array>({
			start(controller) {
				for (const piece of pieces) controller.enqueue(piece);
				controller.close();
			}
		});

	it('keeps letters whole that are cut between two pieces', async () => {
		const bytes = new TextEncoder().encode('{"t":"é"}\n{"t":"last"}');
		const cut = bytes.indexOf(0xc3) + 1;
		const found = [];
		for await (const object of objectsOf(streamOf([bytes.slice(0, cut), bytes.slice(cut)])))
			found.push(object);
		expect(found).toEqual([{ t: 'é' }, { t: 'last' }]);
	});
});
