/** Moments, in the words and the order of the reader's language. Times are Unix seconds, as the server gives them. */
import { locale } from './index.svelte';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31_557_600],
	['month', 2_629_800],
	['week', 604_800],
	['day', 86_400],
	['hour', 3600],
	['minute', 60]
];

/** How long ago it was: "3 hours ago". */
export function ago(seconds: number, now = Date.now() / 1000): string {
	const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
	const past = seconds - now;
	const [unit, size] = UNITS.find(([, size]) => Math.abs(past) >= size) ?? ['second', 1];
	// The clocks of server and browser may differ by a little: nothing happened in the future.
	if (unit === 'second') return words.format(0, 'second');
	return words.format(Math.trunc(past / size), unit);
}

/** The day: "3 Mar 2026". */
export const day = (seconds: number): string =>
	new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(seconds * 1000);

/** The day and the time. */
export const moment = (seconds: number): string =>
	new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
		seconds * 1000
	);
