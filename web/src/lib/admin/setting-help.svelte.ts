/**
 * What settings do, in the language of the reader. The server says it in English; each other language has a file,
 * which is fetched where settings are listed.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Setting } from '$lib/api/server-settings';
import { locale, type Locale } from '$lib/i18n/index.svelte';

type Texts = Record<string, string>;

const files = import.meta.glob<Texts>(['../i18n/settings/*.json', '!../i18n/settings/en-US.json'], {
	import: 'default'
});
const loaded = new SvelteMap<Locale, Texts>();

/** Fetches the texts of a language, once. Without them the settings stay in English. */
export async function loadHelp(language: Locale): Promise<void> {
	const read = files[`../i18n/settings/${language}.json`];
	if (!read || loaded.has(language)) return;
	try {
		loaded.set(language, await read());
	} catch {
		// English will do; the next visit tries again.
	}
}

export const helpOf = (setting: Pick<Setting, 'name' | 'help'>): string =>
	loaded.get(locale())?.[setting.name] ?? setting.help;
