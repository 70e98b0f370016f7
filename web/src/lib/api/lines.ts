/** Takes streams of bytes apart: JSON objects one a line, or server-sent events. Pure but for the reading itself. */

/** Whole lines out of pieces that end anywhere. */
export class LineSplitter {
	#rest = '';

	push(piece: string): string[] {
		const lines = (this.#rest + piece).split('\n');
		this.#rest = lines.pop() ?? '';
		return lines.map((line) => line.replace(/\r$/, ''));
	}

	/** What stands after the last line end. */
	end(): string[] {
		const rest = this.#rest.trim();
		this.#rest = '';
		return rest ? [rest] : [];
	}
}

/** The object of a line, be it bare or the data of an event; nothing for blank lines, comments and the end mark. */
export function objectOf(line: string): Record<string, unknown> | undefined {
	const text = line.startsWith('data:') ? line.slice('data:'.length).trim() : line.trim();
	if (!text.startsWith('{')) return undefined;
	try {
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		return undefined;
	}
}

/** Each object of a body as it comes. */
export async function* objectsOf(
	body: ReadableStream<Uint8Array>
): AsyncGenerator<Record<string, unknown>> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	const splitter = new LineSplitter();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			const lines = done ? splitter.end() : splitter.push(decoder.decode(value, { stream: true }));
			for (const line of lines) {
				const object = objectOf(line);
				if (object) yield object;
			}
			if (done) return;
		}
	} finally {
		reader.cancel().catch(() => {});
	}
}
