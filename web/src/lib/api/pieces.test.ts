import { describe, expect, it } from 'vitest';
import { pieceOf, textOf } from './pieces';

describe('pieces', () => {
	it('come in several forms', () => {
		expect(pieceOf({ choices: [{ delta: { content: 'a' } }] }).text).toBe('a');
		expect(pieceOf({ choices: [{ message: { content: 'b' } }] }).text).toBe('b');
		expect(pieceOf({ choices: [{ text: 'c' }] }).text).toBe('c');
		expect(pieceOf({ choices: [{ delta: { reasoning_content: 'd' } }] }).reasoning).toBe('d');
		expect(pieceOf({ choices: [], usage: {} })).toEqual({ text: '', reasoning: '' });
	});

	it('tell what went wrong', () => {
		expect(pieceOf({ error: { message: 'full' } }).error).toBe('full');
		expect(pieceOf({ error: 'off' }).error).toBe('off');
		expect(pieceOf({ detail: { code: 3 } }).error).toBe('{"code":3}');
	});
});

describe('textOf', () => {
	const event = (content: string) =>
		`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
	const streamOf = (text: string) =>
		new ReadableStream<Uint8Array>({
			start(controller) {
				// Cut anywhere, also inside a letter.
				for (const byte of new TextEncoder().encode(text))
					controller.enqueue(new Uint8Array([byte]));
				controller.close();
			}
		});
	async function read(text: string) {
		let all = '';
		for await (const piece of textOf(streamOf(text))) all += piece;
		return all;
	}

	it('puts events together from pieces, and passes over notes and the end mark', async () => {
		const text = event('Grüße') + ': note\r\n' + event(' 你好') + 'data: [DONE]\n\n';
		expect(await read(text)).toBe('Grüße 你好');
	});

	it('throws what the stream says went wrong', async () => {
		const text = event('So') + 'data: {"error":{"message":"Too much"}}\n\n';
		await expect(read(text)).rejects.toThrow('Too much');
	});
});
