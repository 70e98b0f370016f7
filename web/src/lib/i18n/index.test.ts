import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCALES, matchLocale, preferredLocale, t, tn, useLocale } from './index.svelte';

afterEach(async () => {
	vi.restoreAllMocks();
	localStorage.clear();
	await useLocale('en-US');
});

describe('matchLocale', () => {
	const all = ['de-DE', 'en-GB', 'en-US', 'es-ES', 'fr-FR', 'ja-JP', 'zh-CN', 'zh-TW'];

	it.each([
		['de', 'de-DE'],
		['de-AT', 'de-DE'],
		['de-CH', 'de-DE'],
		['en', 'en-US'],
		['en-gb', 'en-GB'],
		['en-AU', 'en-GB'],
		['es-419', 'es-ES'],
		['es-MX', 'es-ES'],
		['fr-CA', 'fr-FR'],
		['ja', 'ja-JP'],
		['zh', 'zh-CN'],
		['zh-Hans-HK', 'zh-CN'],
		['zh-SG', 'zh-CN'],
		['zh-Hant', 'zh-TW'],
		['zh-HK', 'zh-TW'],
		['zh-MO', 'zh-TW'],
		['zh_TW', 'zh-TW'],
		['zh-TW-u-ca-roc', 'zh-TW']
	])('finds for %s the catalogue %s', (wish, found) => {
		expect(matchLocale(wish, all)).toBe(found);
	});

	it.each(['pt', 'pt-BR', 'eo', '', '*', 'no language at all'])('finds none for “%s”', (wish) => {
		expect(matchLocale(wish, all)).toBeUndefined();
	});

	it('takes another script before it takes none', () => {
		expect(matchLocale('zh-HK', ['en-US', 'zh-CN'])).toBe('zh-CN');
	});
});

describe('preferredLocale', () => {
	const browser = (...languages: string[]) =>
		vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);

	beforeEach(() => void browser('pt-BR', 'fr-CA', 'de'));

	it('takes the first language of the browser that there is', () => {
		expect(preferredLocale()).toBe('fr-FR');
	});
	it('falls back to English', () => {
		browser('pt', 'pt-BR');
		expect(preferredLocale()).toBe('en-US');
		browser();
		expect(preferredLocale()).toBe('en-US');
	});
	it('asks the server first, and the person before everybody', () => {
		expect(preferredLocale('es')).toBe('es-ES');
		expect(preferredLocale('nonsense, really')).toBe('fr-FR');
		localStorage.setItem('locale', 'zh-CN');
		expect(preferredLocale('es')).toBe('zh-CN');
	});
	it('does without storage', () => {
		vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
			throw new Error('forbidden');
		});
		expect(preferredLocale()).toBe('fr-FR');
	});
});

describe('words', () => {
	const plain = (text: string) => text.replace(/\s/g, ' ');

	it('take the plural of the language, and its way to write numbers', async () => {
		const of = (...counts: number[]) => counts.map((n) => plain(tn('usage.seconds', n)));
		expect(of(0, 1, 1.5, 12_345)).toEqual([
			'0 seconds',
			'1 second',
			'1.5 seconds',
			'12,345 seconds'
		]);
		await useLocale('fr-FR');
		expect(of(0, 1, 1.5, 12_345, 1_000_000)).toEqual([
			'0 seconde',
			'1 seconde',
			'1,5 seconde',
			'12 345 secondes',
			'1 000 000 secondes'
		]);
		await useLocale('es-ES');
		expect(of(0, 1, 1.5, 12_345, 1_000_000)).toEqual([
			'0 segundos',
			'1 segundo',
			'1,5 segundos',
			'12.345 segundos',
			'1.000.000 segundos'
		]);
	});

	it.each(Object.keys(LOCALES))('are whole for every count in %s', async (locale) => {
		await useLocale(locale);
		for (const n of [0, 1, 1.5, 2, 3, 5, 11, 21, 1_000_000])
			expect(tn('sidebar.count', n)).toContain(n.toLocaleString(locale));
	});

	it('keep what is given as a string, and what is not given', () => {
		expect(t('source.page', { n: '1234' })).toBe('Page 1234');
		expect(t('common.pageNumber', {})).toBe('Page {n}');
		expect(t('common.range', { from: 1, to: 1000, total: 12_345 })).toBe('1–1,000 of 12,345');
	});

	it('tell the page its language', async () => {
		await useLocale('fr-FR');
		expect(document.documentElement.lang).toBe('fr-FR');
		expect(t('common.save')).toBe('Enregistrer');
		await useLocale('en-US');
		expect(t('common.save')).toBe('Save');
	});
});
