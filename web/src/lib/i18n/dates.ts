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
	const past = seconds - now;
	const [unit, size] = UNITS.find(([, size]) => Math.abs(past) >= size) ?? ['second', 1];
	// The clocks of server and browser may differ by a little: nothing happened in the future.
	if (unit === 'second') return words('auto').format(0, 'second');
	// "Yesterday" is a day of the calendar, not what is between 24 and 48 hours ago. Words such as "last month" would
	// say the same of other units, of which a length is counted here: "1 month ago".
	if (unit === 'day') return words('auto').format(midnights(seconds, now), 'day');
	return words('always').format(Math.trunc(past / size), unit);
}

const words = (numeric: Intl.RelativeTimeFormatNumeric) =>
	new Intl.RelativeTimeFormat(locale(), { numeric });

/** How many days of the calendar one moment is after another. Days are not equally long where clocks are changed. */
function midnights(seconds: number, from: number): number {
	const [day, other] = [seconds, from].map((at) => new Date(at * 1000).setHours(0, 0, 0, 0));
	return Math.round((day! - other!) / 86_400_000);
}

/** The day: "3 Mar 2026". */
export const day = (seconds: number): string =>
	new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(seconds * 1000);

/** The day and the time. */
export const moment = (seconds: number): string =>
	new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
		seconds * 1000
	);

/** A month, or a year, as a heading: many languages write "noviembre" small, but not at the beginning. */
export function monthOrYear(year: number, month: number | null): string {
	const options: Intl.DateTimeFormatOptions =
		month === null ? { year: 'numeric' } : { month: 'long' };
	const name = new Intl.DateTimeFormat(locale(), options).format(new Date(year, month ?? 0, 1));
	return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1);
}
