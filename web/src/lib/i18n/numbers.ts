/** Amounts, as the reader's language writes them. */
import { locale } from './index.svelte';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A number of bytes in the largest unit that fits: "1.2 MB", "1,2 Mo". */
export function byteSize(bytes: number): string {
	const step = bytes >= 1 ? Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
	const value = bytes / 1000 ** step;
	return new Intl.NumberFormat(locale(), {
		style: 'unit',
		unit: UNITS[step],
		// The short form of bytes has no plural in English.
		unitDisplay: step ? 'short' : 'long',
		maximumFractionDigits: step && value < 100 ? 1 : 0
	}).format(value);
}

/** A share between 0 and 1: "40%", "40 %". */
export const percent = (share: number): string =>
	new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
