/** Reads a completion that comes as server-sent events. */

/** Cuts arriving text into events; keeps what is not complete yet. */
export class EventReader {
	#rest = '';

	/** The data of the events that are complete now. */
	push(text: string): string[] {
		const parts = (this.#rest + text).split(/\r?\n/);
		this.#rest = parts.pop() ?? '';
		return parts.flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
	}
}

/** The text in one event of an OpenAI stream. Throws when the event tells of an error. */
export function deltaOf(data: string): string {
	if (data === '[DONE]') return '';
	let event: { choices?: { delta?: { content?: unknown } }[]; error?: unknown; detail?: unknown };
	try {
		event = JSON.parse(data);
	} catch {
		return '';
	}
	const error = event.error ?? event.detail;
	if (error) throw new Error(typeof error === 'string' ? error : messageOf(error));
	const text = event.choices?.[0]?.delta?.content;
	return typeof text === 'string' ? text : '';
}

const messageOf = (error: unknown): string =>
	String((error as { message?: unknown }).message ?? JSON.stringify(error));

/** All text of a stream, piece by piece. */
export async function* textOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	const reader = new EventReader();
	const decoder = new TextDecoder();
	const chunks = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await chunks.read();
			if (done) return;
			for (const data of reader.push(decoder.decode(value, { stream: true }))) {
				const text = deltaOf(data);
				if (text) yield text;
			}
		}
	} finally {
		await chunks.cancel().catch(() => {});
	}
}
