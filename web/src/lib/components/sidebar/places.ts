/** The pages the sidebar leads to besides chats, as far as they are open to the reader. */
import Blocks from '@lucide/svelte/icons/blocks';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import { page } from '$app/state';
import type { Icon } from '$lib/components/ui/entries';
import { t } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';
import { openSections } from '$lib/workspace/sections';

export interface Place {
	href: string;
	label: string;
	icon: Icon;
	active: boolean;
}

export function places(): Place[] {
	const list: Omit<Place, 'active'>[] = [];
	if (app.config?.features.enable_notes === true && app.may('features.notes'))
		list.push({ href: '/notes', label: t('sidebar.notes'), icon: NotebookPen });
	if (openSections().length)
		list.push({ href: '/workspace', label: t('sidebar.workspace'), icon: Blocks });
	const path = page.url.pathname;
	return list.map((place) => ({
		...place,
		active: path === place.href || path.startsWith(`${place.href}/`)
	}));
}
