/** Words of the interface. English is built in, other languages are fetched when chosen. */
import english from './en-US.json';

export type MessageKey = keyof typeof english;
type Stem<K> = K extends `${infer S}_other` ? S : never;
export type PluralKey = Stem<MessageKey>;
type Catalogue = Record<MessageKey, string>;
type Params = Record<string, string | number>;

export const LOCALES = { 'en-US': 'English', 'zh-CN': '简体中文' } as const;
export type Locale = keyof typeof LOCALES;

const loaders: Record<Locale, () => Promise<Catalogue>> = {
	'en-US': async () => english,
	'zh-CN': async () => (await import('./zh-CN.json')).default
};

let catalogue = $state.raw<Catalogue>(english);
let current = $state<Locale>('en-US');

export const locale = (): Locale => current;

const fill = (text: string, params?: Params) =>
	params ? text.replace(/\{(\w+)\}/g, (all, name) => String(params[name] ?? all)) : text;

/** The words for a key, with `{name}` placeholders filled in. */
export const t = (key: MessageKey, params?: Params): string => fill(catalogue[key], params);

/** Like `t`, for a count: picks the form the language needs. The count is `{n}`. */
export function tn(stem: PluralKey, n: number, params?: Params): string {
	const form = new Intl.PluralRules(current).select(n);
	const key = `${stem}_${form}` as MessageKey;
	return fill(catalogue[key] ?? catalogue[`${stem}_other` as MessageKey], { n, ...params });
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

function matchLocale(wish: string): Locale | undefined {
	const all = Object.keys(LOCALES) as Locale[];
	const [language] = wish.toLowerCase().split('-');
	return all.find((l) => l === wish) ?? all.find((l) => l.toLowerCase().split('-')[0] === language);
}

export async function useLocale(next: Locale): Promise<void> {
	catalogue = await loaders[next]();
	current = next;
	document.documentElement.lang = next;
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
