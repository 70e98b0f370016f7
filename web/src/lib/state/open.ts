/** Opens what can be opened from anywhere: each is fetched when first wanted. */
import { pushState, replaceState } from '$app/navigation';
import { page } from '$app/state';
import { useArea } from '$lib/i18n/index.svelte';
import { settingsHash, tabOfHash, type SettingsTab } from '$lib/settings/tabs';
import { dialogs } from './dialogs.svelte';

export const showSearch = () =>
	void dialogs.show(async () => {
		const [component] = await Promise.all([
			import('$lib/components/search/SearchDialog.svelte'),
			useArea('search')
		]);
		return component;
	}, {});

export const showShortcuts = () =>
	void dialogs.show(async () => {
		const [component] = await Promise.all([
			import('$lib/components/ShortcutSheet.svelte'),
			useArea('shortcuts')
		]);
		return component;
	}, {});

// -- The settings stand in the address, so that links lead to them and "back" closes them.

let pushed = false;

/** Shows a part of the settings over the page that is open. */
export function showSettings(tab: SettingsTab = 'general') {
	const state = { ...page.state, settings: tab };
	if (page.state.settings) replaceState(settingsHash(tab), state);
	else {
		pushed = true;
		pushState(settingsHash(tab), state);
	}
}

export function closeSettings() {
	if (pushed) history.back();
	else replaceState(location.pathname + location.search, { ...page.state, settings: undefined });
	pushed = false;
}

/** Opens the settings when the address asks for them. Call after the router has come to rest. */
export function followHash() {
	const tab = tabOfHash(location.hash);
	if (!tab || page.state.settings) return;
	pushed = false;
	replaceState(location.href, { ...page.state, settings: tab });
}
