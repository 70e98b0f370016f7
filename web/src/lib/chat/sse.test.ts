import { describe, expect, it } from 'vitest';
import { EventReader, deltaOf, textOf } from './sse';

const event = (content: string) =>
	`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

describe('server-sent events', () => {
	it('are put together from pieces cut anywhere, also inside a letter', async () => {
		const bytes = new TextEncoder().encode(
			event('Grüße') + ': note\n' + event(' 你好') + 'data: [DONE]\n\n'
		);
		const stream = new ReadableStream<Uint8Array>({
			start(controller) {
				for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
				controller.close();
			}
		});
		let text = '';
		for await (const piece of textOf(stream)) text += piece;
		expect(text).toBe('Grüße 你好');
	});
	it('keep half a line for later', () => {
		const reader = new EventReader();
		expect(reader.push('data: {"a"')).toEqual([]);
		expect(reader.push(':1}\r\ndata: x\n')).toEqual(['{"a":1}', 'x']);
	});
	it('tell of errors', () => {
		expect(() => deltaOf('{"error":{"message":"Too much"}}')).toThrow('Too much');
		expect(() => deltaOf('{"detail":"No"}')).toThrow('No');
		expect(deltaOf('nonsense')).toBe('');
	});
});
