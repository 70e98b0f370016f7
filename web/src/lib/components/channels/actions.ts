/** What is done with channels from the sidebar and from the page of one. */
import LogOut from '@lucide/svelte/icons/log-out';
import Link from '@lucide/svelte/icons/link';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Trash2 from '@lucide/svelte/icons/trash-2';
import { goto } from '$app/navigation';
import { page } from '$app/state';
import * as api from '$lib/api/channels';
import type { Channel } from '$lib/api/channels';
import { t, useArea } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';
import { channels } from '$lib/state/channels.svelte';
import { dialogs } from '$lib/state/dialogs.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import type { MenuEntry } from '../ui/entries';
import { copy } from './message-menu';

const dialog = () =>
	Promise.all([import('./ChannelDialog.svelte'), useArea('channels'), useArea('access')]).then(
		([component]) => component
	);

export const newChannel = () => void dialogs.show(dialog, {});
export const editChannel = (channel: Channel) => void dialogs.show(dialog, { channel });

/** Whoever made a channel, and administrators; direct messages belong to both sides. */
export const manages = (channel: Channel): boolean =>
	api.kindOf(channel) !== 'dm' && (app.isAdmin || channel.user_id === app.user?.id);

async function leavePage(id: string) {
	if (page.params.id === id && page.url.pathname.startsWith('/channels/')) await goto('/');
}

export function askDelete(channel: Channel) {
	void dialogs.confirm({
		title: t('channels.deleteTitle'),
		description: t('channels.deleteText', { name: channel.name }),
		action: t('common.delete'),
		onConfirm: async () => {
			await leavePage(channel.id);
			await api.deleteChannel(channel.id);
			channels.forget(channel.id);
		}
	});
}

/** Puts direct messages away until somebody writes again. */
export async function hide(channel: Channel) {
	try {
		await leavePage(channel.id);
		await api.keepChannel(channel.id, false);
		channels.forget(channel.id);
	} catch (error) {
		toasts.failure(error);
	}
}

export function channelEntries(channel: Channel): MenuEntry[] {
	const list: MenuEntry[] = [
		{
			kind: 'item',
			label: t('common.copyLink'),
			icon: Link,
			onSelect: () => void copy(`${location.origin}/channels/${channel.id}`)
		}
	];
	if (api.kindOf(channel) === 'dm')
		list.push({
			kind: 'item',
			label: t('channels.hide'),
			icon: LogOut,
			onSelect: () => void hide(channel)
		});
	if (!manages(channel)) return list;
	list.push(
		{
			kind: 'item',
			label: t('common.edit'),
			icon: Settings2,
			onSelect: () => editChannel(channel)
		},
		{ kind: 'separator' },
		{
			kind: 'item',
			label: t('common.delete'),
			icon: Trash2,
			danger: true,
			onSelect: () => askDelete(channel)
		}
	);
	return list;
}
