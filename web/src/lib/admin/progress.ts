/** What an Ollama server tells while it fetches or makes a model. */

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
	if (status === 'success') return { status, share: 1, finished: true };
	const total = numberOf(line.total);
	const share = total ? Math.min(1, (numberOf(line.completed) ?? 0) / total) : undefined;
	return { status, share, finished: false };
}

/** A number of bytes in the largest unit that fits. */
export function bytes(size: number, locale: string): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
	const step = size >= 1 ? Math.min(units.length - 1, Math.floor(Math.log10(size) / 3)) : 0;
	return new Intl.NumberFormat(locale, {
		style: 'unit',
		unit: units[step],
		unitDisplay: 'short',
		maximumFractionDigits: step > 2 ? 1 : 0
	}).format(size / 1000 ** step);
}
