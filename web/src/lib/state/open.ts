/** Opens what can be opened from anywhere: each is fetched when first wanted. */
import { useArea } from '$lib/i18n/index.svelte';
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
