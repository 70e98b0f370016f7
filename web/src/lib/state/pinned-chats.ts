/** Pinned chats in the order somebody has put them in, which is kept among the person's settings. */
import type { ChatSummary } from '$lib/api/types';
import { moved } from '$lib/order';
import { chats } from './chats.svelte';
import { settings } from './settings.svelte';

/** What has been pinned since stands above, the liveliest first. */
export function pinnedChats(): ChatSummary[] {
	const { pinnedChats: kept } = settings.ui;
	const ids = Array.isArray(kept) ? kept : [];
	const since = chats.pinned.filter(({ id }) => !ids.includes(id));
	return [...since, ...ids.flatMap((id) => chats.pinned.find((chat) => chat.id === id) ?? [])];
}

const keep = (ids: string[]): Promise<void> => settings.set({ pinnedChats: ids });

/** One step towards the beginning or the end. */
export function stepPinned(id: string, step: -1 | 1): Promise<void> {
	const ids = pinnedChats().map((chat) => chat.id);
	return keep(moved(ids, ids.indexOf(id), ids.indexOf(id) + step));
}

/**
 * Puts pinned chats where another one is, which makes room for them on the side they come from.
 * @param before the order as it was, without what has just been pinned
 */
export function placePinned(ids: string[], target: string, before: string[]): Promise<void> {
	if (ids.includes(target)) return Promise.resolve();
	const from = before.indexOf(ids[0]!);
	const others = before.filter((id) => !ids.includes(id));
	const fromAbove = from >= 0 && from < before.indexOf(target);
	others.splice(others.indexOf(target) + (fromAbove ? 1 : 0), 0, ...ids);
	return keep(others);
}
