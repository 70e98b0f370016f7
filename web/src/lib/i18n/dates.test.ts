import { describe, expect, it } from 'vitest';
import { ago, day } from './dates';

const NOW = 1_800_000_000;

describe('ago', () => {
	it('takes the largest unit that fits', () => {
		const said = [0, 59, 60, 7199, 90_000, 86_400 * 9, 86_400 * 70, 86_400 * 800];
		expect(said.map((seconds) => ago(NOW - seconds, NOW))).toEqual([
			'now',
			'now',
			'1 minute ago',
			'1 hour ago',
			'yesterday',
			'last week',
			'2 months ago',
			'2 years ago'
		]);
	});

	it('does not speak of the future because two clocks differ', () => {
		expect(ago(NOW + 20, NOW)).toBe('now');
	});
});

it('names days', () => {
	expect(day(1_772_500_000)).toBe('Mar 3, 2026');
});
