import { afterEach, describe, expect, it } from 'vitest';
import { ago, day, monthOrYear } from './dates';
import { useLocale } from './index.svelte';

const HOUR = 3600;
const DAY = 86_400;
/** A time of the clock on the wall, wherever this runs. */
const at = (...parts: [number, number, number, number, number]) =>
	new Date(...parts).getTime() / 1000;
const NOW = at(2027, 0, 15, 9, 30);

afterEach(() => useLocale('en-US'));

describe('ago', () => {
	it('takes the largest unit that fits', () => {
		const said = [0, 59, 60, 2 * HOUR - 1, DAY + HOUR, 9 * DAY, 70 * DAY, 800 * DAY];
		expect(said.map((seconds) => ago(NOW - seconds, NOW))).toEqual([
			'now',
			'now',
			'1 minute ago',
			'1 hour ago',
			'yesterday',
			'1 week ago',
			'2 months ago',
			'2 years ago'
		]);
	});

	it('does not speak of the future because two clocks differ', () => {
		expect(ago(NOW + 20, NOW)).toBe('now');
	});

	it('calls by the name of a day what was on that day', () => {
		expect(ago(at(2027, 0, 14, 0, 10), NOW)).toBe('yesterday');
		expect(ago(at(2027, 0, 13, 23, 50), NOW)).toBe('2 days ago');
	});

	it.each([
		['de-DE', 'jetzt', 'vor 3 Stunden', 'gestern', 'vor 1 Woche'],
		['es-ES', 'ahora', 'hace 3 horas', 'ayer', 'hace 1 semana'],
		['fr-FR', 'maintenant', 'il y a 3 heures', 'hier', 'il y a 1 semaine'],
		['ja-JP', '今', '3 時間前', '昨日', '1 週間前'],
		['zh-CN', '现在', '3小时前', '昨天', '1周前'],
		['zh-TW', '現在', '3 小時前', '昨天', '1 週前']
	])('speaks %s', async (locale, ...expected) => {
		await useLocale(locale);
		const said = [0, 3 * HOUR, DAY + HOUR, 9 * DAY].map((seconds) => ago(NOW - seconds, NOW));
		expect(said.map((words) => words.replace(/\s/g, ' '))).toEqual(expected);
	});
});

it.each([
	['en-US', 'Mar 3, 2026', 'March', '2026'],
	['de-DE', '03.03.2026', 'März', '2026'],
	['es-ES', '3 mar 2026', 'Marzo', '2026'],
	['fr-FR', '3 mars 2026', 'Mars', '2026'],
	['ja-JP', '2026/03/03', '3月', '2026年'],
	['zh-CN', '2026年3月3日', '三月', '2026年'],
	['zh-TW', '2026年3月3日', '3月', '2026年']
])('names days, months and years in %s', async (locale, ofDay, ofMonth, ofYear) => {
	await useLocale(locale);
	expect(day(at(2026, 2, 3, 12, 0))).toBe(ofDay);
	expect(monthOrYear(2026, 2)).toBe(ofMonth);
	expect(monthOrYear(2026, null)).toBe(ofYear);
});
