/** What is told while a model is fetched, sent or made: lines of an Ollama server, or events of our own. */

export interface Progress {
	status: string;
	/** Between 0 and 1; undefined while the server only says what it does. */
	share?: number;
	error?: string;
	finished: boolean;
}

export const BEGINNING: Progress = { status: '', finished: false };

const numberOf = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** The state after one more line. */
export function after(before: Progress, line: Record<string, unknown>): Progress {
	if (typeof line.error === 'string') return { ...before, error: line.error, finished: true };
	const status = typeof line.status === 'string' ? line.status : before.status;
	if (status === 'success' || line.done === true) return { status, share: 1, finished: true };
	const total = numberOf(line.total);
	const share = total ? Math.min(1, (numberOf(line.completed) ?? 0) / total) : undefined;
	return { status, share, finished: false };
}
