import { describe, expect, it } from 'vitest';
import { keysOf } from '../../../scripts/catalogues.mjs';
import { LOCALES } from './index.svelte';

const sample = { 'a.lines_one': 'one line', 'a.lines_other': '{n} lines', 'a.step_one': 'One' };
const namesOf = (locale: string) => [...keysOf(sample, locale).keys()];

describe('the keys of a catalogue', () => {
	it('have the plural forms that the numbers people see need', () => {
		expect(namesOf('pl-PL')).toEqual([
			'a.lines_few',
			'a.lines_many',
			'a.lines_one',
			'a.lines_other',
			'a.step_one'
		]);
		for (const locale of ['de-DE', 'fr-FR', 'ja-JP'])
			expect(namesOf(locale)).toEqual(Object.keys(sample));
	});

	it('let the form for one name the count, which other languages use for 21 as well', () => {
		const keys = keysOf(sample, 'ru-RU');
		expect(keys.get('a.lines_one')).toEqual(['one line', '{n} lines']);
		expect(keys.get('a.step_one')).toEqual(['One']);
	});
});

const files = import.meta.glob<Record<string, string>>('./*.json', {
	eager: true,
	import: 'default'
});
const catalogues = Object.entries(files).map(
	([file, words]) => [file.slice(2, -'.json'.length), words] as const
);
const english = files['./en-US.json']!;
const others = catalogues.filter(([locale]) => locale !== 'en-US');

/** What is the same in every language: names of products and protocols, and units. */
const NAMES = new Set([
	'Azure AI Speech',
	'Deepgram',
	'ElevenLabs',
	'JSON',
	'Markdown',
	'Microsoft Entra ID',
	'Min P',
	'Mirostat',
	'Mistral',
	'OK',
	'Ollama',
	'OpenAI',
	'Redis',
	'TLS',
	'Top K',
	'Top P',
	'Transom',
	'Webhook',
	'{n} tokens/s'
]);
/** Languages share words, such as "Server" or "Image", but neither many nor whole sentences. */
const MOST_SHARED = 0.08;
const SENTENCE = /\S+\s+\S+\s+\S+/;

const own = Object.keys(english).filter((key) => !NAMES.has(english[key]!));

describe.each(others)('%s', (_, words) => {
	const same = own.filter((key) => words[key] === english[key]);

	it('is translated', () => {
		expect(same.length / own.length, same.join(', ')).toBeLessThanOrEqual(MOST_SHARED);
	});
	it('has no sentence in English', () => {
		expect(same.filter((key) => SENTENCE.test(english[key]!))).toEqual([]);
	});
});

const settings = import.meta.glob<Record<string, string>>('./settings/*.json', {
	eager: true,
	import: 'default'
});
const englishSettings = settings['./settings/en-US.json']!;
const codeIn = (text: string): string[] => text.match(/`[^`]+`/g) ?? [];

describe.each(others)('what settings do, in %s', (locale) => {
	const texts = settings[`./settings/${locale}.json`] ?? {};
	const all = Object.entries(texts);

	it('is said of each, in the order of English', () => {
		expect(Object.keys(texts)).toEqual(Object.keys(englishSettings));
		expect(all.filter(([, text]) => !text.trim())).toEqual([]);
	});
	it('keeps names and values as they are', () => {
		const lost = all.flatMap(([name, text]) =>
			codeIn(englishSettings[name] ?? '')
				.filter((code) => !text.includes(code))
				.map((code) => `${name}: ${code}`)
		);
		expect(lost).toEqual([]);
	});
	it('has no sentence in English', () => {
		const same = all.filter(
			([name, text]) => text === englishSettings[name] && SENTENCE.test(text)
		);
		expect(same).toEqual([]);
	});
});

it('names every language once, in its own words, under a good code', () => {
	const names = Object.values(LOCALES);
	expect(names).toHaveLength(catalogues.length);
	expect(new Set(names).size).toBe(names.length);
	for (const code of Object.keys(LOCALES)) expect(Intl.getCanonicalLocales(code)).toEqual([code]);
});
