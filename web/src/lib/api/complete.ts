/** One answer of a model, streamed, that belongs to no chat. */
import { client, read } from './client';
import { textOf } from './pieces';

export interface Turn {
	role: 'system' | 'user' | 'assistant';
	content: string;
}

/** The text piece by piece. Stops when the signal says so. */
export async function* complete(
	model: string,
	messages: Turn[],
	signal: AbortSignal
): AsyncGenerator<string> {
	const stream = await read<ReadableStream<Uint8Array>>(
		client.POST('/api/chat/completions', {
			body: { model, messages, stream: true } as never,
			parseAs: 'stream',
			signal
		})
	);
	yield* textOf(stream);
}
