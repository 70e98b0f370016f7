/** The pages the sidebar leads to besides chats, as far as they are open to the reader. */
import Blocks from '@lucide/svelte/icons/blocks';
import { page } from '$app/state';
import type { Icon } from '$lib/components/ui/entries';
import { t } from '$lib/i18n/index.svelte';
import { openSections } from '$lib/workspace/sections';

export interface Place {
	href: string;
	label: string;
	icon: Icon;
	active: boolean;
}

export function places(): Place[] {
	const list: Omit<Place, 'active'>[] = [];
	if (openSections().length)
		list.push({ href: '/workspace', label: t('sidebar.workspace'), icon: Blocks });
	const path = page.url.pathname;
	return list.map((place) => ({
		...place,
		active: path === place.href || path.startsWith(`${place.href}/`)
	}));
}
