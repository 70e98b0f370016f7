/**
 * Words of the interface. English is built in; other languages, and the areas that only some pages need
 * (`scripts/messages.mjs`), are fetched when they are wanted.
 */
import type english from './en-US.json';
import englishCore from './en-US.json?area=core';

export type MessageKey = keyof typeof english;
type Stem<K> = K extends `${infer S}_other` ? S : never;
export type PluralKey = Stem<MessageKey>;
type Catalogue = Record<string, string>;
type Params = Record<string, string | number>;
type Files = Record<string, () => Promise<Catalogue>>;

export type Locale = string;
export type Area = keyof typeof areas;

const names = import.meta.glob<Catalogue>('./*.json', {
	query: '?area=language',
	import: 'default',
	eager: true
});
const core = import.meta.glob<Catalogue>('./*.json', { query: '?area=core', import: 'default' });
const areas = {
	access: import.meta.glob<Catalogue>('./*.json', { query: '?area=access', import: 'default' }),
	admin: import.meta.glob<Catalogue>('./*.json', { query: '?area=admin', import: 'default' }),
	channels: import.meta.glob<Catalogue>('./*.json', { query: '?area=channels', import: 'default' }),
	notes: import.meta.glob<Catalogue>('./*.json', { query: '?area=notes', import: 'default' }),
	params: import.meta.glob<Catalogue>('./*.json', { query: '?area=params', import: 'default' }),
	playground: import.meta.glob<Catalogue>('./*.json', {
		query: '?area=playground',
		import: 'default'
	}),
	search: import.meta.glob<Catalogue>('./*.json', { query: '?area=search', import: 'default' }),
	settings: import.meta.glob<Catalogue>('./*.json', { query: '?area=settings', import: 'default' }),
	shortcuts: import.meta.glob<Catalogue>('./*.json', {
		query: '?area=shortcuts',
		import: 'default'
	}),
	speech: import.meta.glob<Catalogue>('./*.json', { query: '?area=speech', import: 'default' }),
	starters: import.meta.glob<Catalogue>('./*.json', { query: '?area=starters', import: 'default' }),
	workspace: import.meta.glob<Catalogue>('./*.json', {
		query: '?area=workspace',
		import: 'default'
	})
} satisfies Record<string, Files>;

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

const fileOf = (locale: Locale) => `./${locale}.json`;

/** Every language there is a catalogue for, by its own name. */
export const LOCALES: Record<Locale, string> = Object.fromEntries(
	Object.entries(names).map(([file, { 'language.name': name }]) => [
		file.slice(2, -'.json'.length),
		name ?? file
	])
);

const wanted = new Set<Area>();
let catalogue = $state.raw<Catalogue>(englishCore);
let current = $state<Locale>('en-US');

export const locale = (): Locale => current;

/** Numbers are written as the language writes them: 1,234.5 or 1.234,5. What is no amount comes as a string. */
const fill = (text: string, params?: Params) =>
	params
		? text.replace(/\{(\w+)\}/g, (all, name) => params[name]?.toLocaleString(current) ?? all)
		: text;

/** The words for a key, with `{name}` placeholders filled in. */
export const t = (key: MessageKey, params?: Params): string => fill(catalogue[key] ?? key, params);

/** Like `t`, for a count: picks the form the language needs. The count is `{n}`. */
export function tn(stem: PluralKey, n: number, params?: Params): string {
	const form = new Intl.PluralRules(current).select(n);
	const text = catalogue[`${stem}_${form}`] ?? catalogue[`${stem}_other`] ?? stem;
	return fill(text, { n, ...params });
}

/** The language to begin with: the person's choice, the server's default, the browser's wish. */
export function preferredLocale(serverDefault?: string): Locale {
	let stored: string | null = null;
	try {
		stored = localStorage.getItem('locale');
	} catch {
		// Storage may be forbidden; the other wishes still count.
	}
	for (const wish of [stored, serverDefault, ...navigator.languages]) {
		const found = wish && matchLocale(wish);
		if (found) return found;
	}
	return 'en-US';
}

/** The catalogue that suits a wish best: the same place, the same script, the same language. */
export function matchLocale(wish: string, all = Object.keys(LOCALES)): Locale | undefined {
	const asked = parse(wish);
	if (!asked) return undefined;
	const same = all.filter((l) => parse(l)?.language === asked.language);
	return (
		same.find((l) => parse(l)?.baseName === asked.baseName) ??
		same.find((l) => parse(l)?.script === asked.script) ??
		same[0]
	);
}

/**
 * With the script and the place that a short name means: zh-HK is zh-Hant-HK, en is en-Latn-US. Settings of a server
 * are also spelled zh_TW. Undefined for what is no name of a language.
 */
function parse(name: string): Intl.Locale | undefined {
	try {
		return new Intl.Locale(name.replaceAll('_', '-')).maximize();
	} catch {
		return undefined;
	}
}

async function read(files: Files, locale: Locale): Promise<Catalogue> {
	return (await files[fileOf(locale)]?.()) ?? {};
}

export async function useLocale(next: Locale): Promise<void> {
	const parts = [core, ...[...wanted].map((area) => areas[area])];
	const words = await Promise.all(parts.map((files) => read(files, next)));
	catalogue = Object.assign({}, englishCore, ...words);
	current = next;
	document.documentElement.lang = next;
	document.documentElement.dir = RIGHT_TO_LEFT.has(next.split('-')[0]!) ? 'rtl' : 'ltr';
}

/** Fetches the words of an area. Pages of the area wait for it in their `+layout.ts` or `+page.ts`. */
export async function useArea(area: Area): Promise<void> {
	if (wanted.has(area)) return;
	const at = current;
	const words = await read(areas[area], at);
	wanted.add(area);
	// The language may have changed meanwhile.
	if (at === current) catalogue = { ...catalogue, ...words };
	else catalogue = { ...catalogue, ...(await read(areas[area], current)) };
}

/** Changes the language because the person asked for it, and remembers it. */
export async function chooseLocale(next: Locale): Promise<void> {
	try {
		localStorage.setItem('locale', next);
	} catch {
		// Not remembered then.
	}
	await useLocale(next);
}

/** Marks a key in a table of keys, so that the check of the catalogues finds it. `t()` it where it is shown. */
export const msg = <K extends MessageKey>(key: K): K => key;
