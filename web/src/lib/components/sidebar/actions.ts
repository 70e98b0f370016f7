/** What can be done with chats and folders of the sidebar, with questions asked first and failures told. */
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { UNTITLED } from '$lib/chat/document';
import * as api from '$lib/api';
import type { FolderSummary } from '$lib/api/folders';
import type { ChatSummary } from '$lib/api/types';
import { t, tn } from '$lib/i18n/index.svelte';
import { chats } from '$lib/state/chats.svelte';
import { conversations } from '$lib/state/conversation.svelte';
import { dialogs } from '$lib/state/dialogs.svelte';
import { folders } from '$lib/state/folders.svelte';
import { pinnedChats, placePinned } from '$lib/state/pinned-chats';
import { explain, toasts } from '$lib/state/toasts.svelte';
import { selection } from './selection.svelte';

export const titleOf = (chat: { title: string }): string =>
	!chat.title || chat.title === UNTITLED ? t('chat.untitled') : chat.title;

/** The chat the page shows. Other pages have ids too. */
export const openChatId = (): string | undefined =>
	page.route.id?.endsWith('/c/[id]') ? page.params.id : undefined;

/** Runs something and tells when it fails. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
	try {
		await action();
		return true;
	} catch (error) {
		toasts.failure(error);
		return false;
	}
}

/** Leaves the page of a chat that is gone. */
async function leaveIfOpen(ids: string[]) {
	for (const id of ids) conversations.drop(id);
	const open = openChatId();
	if (open && ids.includes(open)) await goto('/');
}

export async function rename(id: string, title: string) {
	await chats.rename(id, title);
	const open = conversations.get(id);
	if (open) open.title = title;
}

/** Has a model name a chat after what is said in it. */
export const nameByModel = (id: string) =>
	attempt(async () => {
		const { nameFor } = await import('./naming');
		await rename(id, await nameFor(id));
	});

export const pin = (id: string) => attempt(() => chats.pin(id));
export const move = (id: string, folderId: string | null) =>
	attempt(() => chats.move(id, folderId));

export async function clone(chat: ChatSummary) {
	await attempt(async () => {
		const id = await chats.clone(chat.id, t('sidebar.cloneTitle', { title: titleOf(chat) }));
		await goto(`/c/${id}`);
	});
}

export async function archive(chat: ChatSummary) {
	const done = await attempt(() => chats.archive(chat.id));
	if (!done) return;
	await leaveIfOpen([chat.id]);
	toasts.show('success', t('sidebar.archived', { title: titleOf(chat) }), {
		label: t('common.undo'),
		run: () => void attempt(() => chats.archive(chat.id).then(() => chats.refresh()))
	});
}

export function askDelete(chat: Pick<ChatSummary, 'id' | 'title'>) {
	void dialogs.confirm({
		title: t('sidebar.deleteTitle'),
		description: t('sidebar.deleteText', { title: titleOf(chat) }),
		action: t('common.delete'),
		onConfirm: async () => {
			await chats.remove(chat.id);
			await leaveIfOpen([chat.id]);
		}
	});
}

/** Asks about the chat of the page, which may have been opened a moment ago and not be here yet. */
export const askDeleteOpen = (id: string) =>
	attempt(async () => {
		const open = conversations.get(id);
		const title =
			open?.phase === 'ready'
				? open.title
				: (chats.find(id)?.title ?? (await api.getChat(id)).title);
		askDelete({ id, title });
	});

// -- Many chats

/** Tells what did not work of a change to many. */
function report({ failed, reason }: { failed: number; reason: unknown }) {
	if (failed) toasts.show('error', `${tn('sidebar.someFailed', failed)} ${explain(reason)}`);
}

export async function archiveMany(ids: string[]) {
	report(await chats.each(ids, (id) => chats.archive(id)));
	await leaveIfOpen(ids);
	selection.end();
}

export async function moveMany(ids: string[], folderId: string | null) {
	report(await chats.each(ids, (id) => chats.move(id, folderId)));
	selection.end();
}

export function askDeleteMany(ids: string[]) {
	void dialogs.confirm({
		title: tn('sidebar.deleteManyTitle', ids.length),
		description: t('sidebar.deleteManyText'),
		action: t('common.delete'),
		onConfirm: async () => {
			report(await chats.each(ids, (id) => chats.remove(id)));
			await leaveIfOpen(ids);
			selection.end();
		}
	});
}

// -- Drops

/** @param target the pinned chat they were dropped onto: there they stay */
export async function pinDropped(ids: string[], target?: string) {
	const before = pinnedChats().map(({ id }) => id);
	const loose = ids.filter((id) => !chats.isPinned(id));
	report(await chats.each(loose, (id) => chats.pin(id)));
	if (target) await attempt(() => placePinned(ids.filter(chats.isPinned), target, before));
}

/** Dropped onto the list of all other chats: neither pinned nor in a folder any more. */
export async function loosenDropped(ids: string[]) {
	report(
		await chats.each(ids, async (id) => {
			if (chats.isPinned(id)) await chats.pin(id);
			if (chats.folderOf(id)) await chats.move(id, null);
		})
	);
}

export const importFiles = (files: File[], folderId: string | null = null) =>
	attempt(async () => {
		const { importChatFiles } = await import('$lib/transfer/import');
		await importChatFiles(files, folderId);
	});

// -- Folders

export function askDeleteFolder(folder: FolderSummary) {
	void dialogs.show(() => import('./DeleteFolderDialog.svelte'), { folder });
}

export const editFolder = (folder: FolderSummary) =>
	dialogs.show(() => import('./FolderDialog.svelte'), { folder });

export async function newFolder(parent: string | null = null): Promise<string | undefined> {
	let id: string | undefined;
	await attempt(async () => {
		id = (await folders.create(t('sidebar.newFolderName'), parent)).id;
	});
	return id;
}
