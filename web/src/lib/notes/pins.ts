/** Notes kept in the sidebar: among the person's settings, with their titles. */
import { settings } from '$lib/state/settings.svelte';

export interface PinnedNote {
	id: string;
	title: string;
}

export function pinnedNotes(): PinnedNote[] {
	const list = settings.ui.pinnedNotes;
	if (!Array.isArray(list)) return [];
	return list.filter(
		(note): note is PinnedNote =>
			typeof note?.id === 'string' && typeof (note as PinnedNote).title === 'string'
	);
}

export const isPinned = (id: string): boolean => pinnedNotes().some((note) => note.id === id);

export function togglePin({ id, title }: PinnedNote): Promise<void> {
	const list = pinnedNotes();
	const next = isPinned(id) ? list.filter((note) => note.id !== id) : [...list, { id, title }];
	return settings.set({ pinnedNotes: next });
}

/** Forgets a note that is gone, or takes over its new title. */
export async function followPin(id: string, title: string | null): Promise<void> {
	const pinned = pinnedNotes().find((note) => note.id === id);
	if (!pinned || pinned.title === title) return;
	await settings.set({
		pinnedNotes: pinnedNotes().flatMap((note) =>
			note.id !== id ? [note] : title === null ? [] : [{ id, title }]
		)
	});
}
