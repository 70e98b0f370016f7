/** The words of a model in a stream, whatever form they come in. */
import { objectsOf } from './lines';

export interface Piece {
	text: string;
	reasoning: string;
	error?: string;
}

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The words in one object of a stream, in the forms of chats and of bare completions, or what went wrong. */
export function pieceOf(object: Record<string, unknown>): Piece {
	const problem = object.error ?? object.detail;
	if (problem) {
		const message =
			typeof problem === 'object' ? (problem as { message?: unknown }).message : problem;
		return { text: '', reasoning: '', error: stringOf(message) || JSON.stringify(problem) };
	}
	const choice = (object.choices as Record<string, unknown>[] | undefined)?.[0] ?? {};
	const delta = (choice.delta ?? choice.message ?? {}) as Record<string, unknown>;
	return {
		text: stringOf(delta.content) || stringOf(choice.text),
		reasoning: stringOf(delta.reasoning_content) || stringOf(delta.reasoning)
	};
}

/** All text of a completion, piece by piece. Throws what the stream says went wrong. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	for await (const object of objectsOf(body)) {
		const { text, error } = pieceOf(object);
		if (error) throw new Error(error);
		if (text) yield text;
	}
}
