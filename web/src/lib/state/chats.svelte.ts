/** The chats of the sidebar: those kept on top, those in folders, and all others by time. */
import { SvelteSet } from 'svelte/reactivity';
import * as api from '$lib/api';
import * as folderApi from '$lib/api/folders';
import * as library from '$lib/api/library';
import type { ChatSummary } from '$lib/api/types';
import { readUnread, storeUnread } from './unread';

type List = ChatSummary[];

/** What is known of a folder's chats. */
export interface FolderChats {
	items: List;
	page: number;
	complete: boolean;
	loading: boolean;
}

const NOTHING: FolderChats = { items: [], page: 0, complete: false, loading: false };
/** Requests at the same time when something is done to many chats. */
const AT_ONCE = 4;

const without = (list: List, id: string) => list.filter((chat) => chat.id !== id);
const byTime = (list: List) => list.toSorted((a, b) => b.updated_at - a.updated_at);

/** Adds what came to what is there; the same chat only once. */
function joined(list: List, more: List): List {
	const known = new Set(list.map((chat) => chat.id));
	return [...list, ...more.filter((chat) => !known.has(chat.id))];
}

/** The first page read again: below it nothing changed; above its end, what is not in it is gone. */
function renewed(list: List, first: List): List {
	const fresh = new Set(first.map((chat) => chat.id));
	const oldest = first.at(-1)?.updated_at ?? 0;
	return [...first, ...list.filter((c) => !fresh.has(c.id) && c.updated_at <= oldest)];
}

class ChatList {
	/** Chats in no folder that are not pinned, newest first. */
	items = $state.raw<List>([]);
	pinned = $state.raw<List>([]);
	/** By folder; folders nobody has opened are missing. */
	inFolder = $state.raw<Record<string, FolderChats>>({});
	loaded = $state(false);
	loading = $state(false);
	failed = $state(false);
	complete = $state(false);
	/** Chats that are being answered right now, in any tab. */
	readonly running = new SvelteSet<string>();
	/** Chats that were answered while the person looked elsewhere. */
	readonly unread = new SvelteSet<string>(readUnread());
	#page = 0;
	/** Counts what was changed here. */
	#changes = 0;

	reset() {
		this.items = this.pinned = [];
		this.inFolder = {};
		this.loaded = this.loading = this.failed = this.complete = false;
		this.running.clear();
		this.unread.clear();
		storeUnread(this.unread);
		this.#page = 0;
	}

	// -- Reading

	async loadMore() {
		if (this.loading || this.complete) return;
		this.loading = true;
		this.failed = false;
		try {
			const [more, pinned] = await Promise.all([
				library.looseChats(this.#page + 1),
				this.#page === 0 ? library.pinnedChats() : this.pinned
			]);
			this.pinned = pinned;
			this.#page += 1;
			this.complete = more.length === 0;
			this.items = joined(this.items, more);
			this.loaded = true;
		} catch {
			this.failed = true;
		} finally {
			this.loading = false;
		}
	}

	/** Reads the first pages again, for what other tabs and devices did. */
	async refresh(again = true): Promise<void> {
		const before = this.#changes;
		const [first, pinned] = await Promise.all([
			library.looseChats(1).catch(() => null),
			library.pinnedChats().catch(() => null),
			...Object.keys(this.inFolder).map((id) => this.#refreshFolder(id))
		]);
		// What was read before a change was made here would undo it on the screen.
		if (again && before !== this.#changes) return this.refresh(false);
		if (pinned) this.pinned = pinned;
		if (!first) return;
		this.items = renewed(this.items, first);
		this.loaded = true;
		if (this.#page === 0) this.#page = 1;
	}

	folder = (id: string): FolderChats => this.inFolder[id] ?? NOTHING;

	#setFolder(id: string, patch: Partial<FolderChats>) {
		this.inFolder = { ...this.inFolder, [id]: { ...this.folder(id), ...patch } };
	}

	/** Reads the next page of a folder's chats. */
	async loadFolder(id: string) {
		const known = this.folder(id);
		if (known.loading || known.complete) return;
		this.#setFolder(id, { loading: true });
		try {
			const more = await folderApi.folderChats(id, known.page + 1);
			this.#setFolder(id, {
				items: joined(this.folder(id).items, more),
				page: known.page + 1,
				complete: more.length === 0
			});
		} finally {
			this.#setFolder(id, { loading: false });
		}
	}

	async #refreshFolder(id: string) {
		const first = await folderApi.folderChats(id, 1).catch(() => null);
		if (first && this.inFolder[id])
			this.#setFolder(id, { items: renewed(this.folder(id).items, first) });
	}

	forgetFolder(id: string) {
		const { [id]: _, ...rest } = this.inFolder;
		this.inFolder = rest;
	}

	// -- One chat in all lists

	find(id: string): ChatSummary | undefined {
		const lists = [this.items, this.pinned, ...Object.values(this.inFolder).map((f) => f.items)];
		for (const list of lists) {
			const found = list.find((chat) => chat.id === id);
			if (found) return found;
		}
		return undefined;
	}

	/** The folder a chat is in, as far as is known. */
	folderOf = (id: string): string | undefined =>
		Object.entries(this.inFolder).find(([, { items }]) => items.some((c) => c.id === id))?.[0];

	#everywhere(change: (list: List) => List) {
		this.#changes += 1;
		this.items = change(this.items);
		this.pinned = change(this.pinned);
		this.inFolder = Object.fromEntries(
			Object.entries(this.inFolder).map(([id, f]) => [id, { ...f, items: change(f.items) }])
		);
	}

	#forget(id: string) {
		this.#everywhere((list) => without(list, id));
	}

	/** Puts a chat at the top of its list because something was said in it. */
	touch(id: string, title?: string, folderId?: string | null) {
		const now = Math.floor(Date.now() / 1000);
		const before = this.find(id);
		if (!before && title === undefined) {
			void this.refresh();
			return;
		}
		const base = before ?? { id, created_at: now, title: '', updated_at: now };
		const chat = { ...base, ...(title === undefined ? {} : { title }), updated_at: now };
		const raise = (list: List) =>
			list.some((c) => c.id === id) ? [chat, ...without(list, id)] : list;
		if (before) this.#everywhere(raise);
		else if (!folderId) this.items = [chat, ...this.items];
		else if (this.inFolder[folderId])
			this.#setFolder(folderId, { items: [chat, ...this.folder(folderId).items] });
	}

	setTitle(id: string, title: string) {
		this.#everywhere((list) => list.map((c) => (c.id === id ? { ...c, title } : c)));
	}

	async rename(id: string, title: string) {
		const before = this.find(id)?.title ?? '';
		this.setTitle(id, title);
		try {
			await api.updateChat(id, { title });
		} catch (error) {
			this.setTitle(id, before);
			throw error;
		}
	}

	async remove(id: string) {
		await api.deleteChat(id);
		this.#gone(id);
	}

	async archive(id: string) {
		await library.archiveChat(id);
		this.#gone(id);
	}

	#gone(id: string) {
		this.#forget(id);
		this.running.delete(id);
		this.markRead(id);
	}

	isPinned = (id: string): boolean => this.pinned.some((c) => c.id === id);

	/** Pins a chat, or takes the pin off. */
	async pin(id: string) {
		const record = await library.pinChat(id);
		this.#place(record);
	}

	async move(id: string, folderId: string | null) {
		const record = await library.moveChat(id, folderId);
		this.#place(record);
	}

	async clone(id: string, title: string): Promise<string> {
		const record = await library.cloneChat(id, title);
		this.#place(record);
		return record.id;
	}

	/** Puts a chat where its record says it is. */
	#place(record: {
		id: string;
		title: string;
		created_at: number;
		updated_at: number;
		pinned?: boolean | null;
		archived?: boolean;
		folder_id?: string | null;
	}) {
		const { id, title, created_at, updated_at, folder_id } = record;
		const chat: ChatSummary = { id, title, created_at, updated_at };
		this.#forget(id);
		if (record.archived) return;
		if (record.pinned) this.pinned = byTime([chat, ...this.pinned]);
		if (folder_id && this.inFolder[folder_id])
			this.#setFolder(folder_id, { items: byTime([chat, ...this.folder(folder_id).items]) });
		if (!folder_id && !record.pinned) this.items = byTime([chat, ...this.items]);
	}

	/** Does the same to many chats. Tells how many did not work, and the first reason. */
	async each(ids: string[], action: (id: string) => Promise<unknown>) {
		const queue = [...ids];
		const errors: unknown[] = [];
		const worker = async () => {
			for (let id = queue.shift(); id; id = queue.shift())
				await action(id).catch((error) => errors.push(error));
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
		return { failed: errors.length, reason: errors[0] };
	}

	// -- Read and unread

	markUnread(id: string) {
		this.unread.add(id);
		storeUnread(this.unread);
	}

	markRead(id: string) {
		if (this.unread.delete(id)) storeUnread(this.unread);
	}
}

export const chats = new ChatList();
