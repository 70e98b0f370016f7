/** The chat list of the sidebar. */
import { SvelteSet } from 'svelte/reactivity';
import * as api from '$lib/api';
import type { ChatSummary } from '$lib/api/types';

class ChatList {
	items = $state.raw<ChatSummary[]>([]);
	loaded = $state(false);
	loading = $state(false);
	failed = $state(false);
	complete = $state(false);
	/** Chats that are being answered right now, in any tab. */
	readonly running = new SvelteSet<string>();
	#page = 0;

	reset() {
		this.items = [];
		this.loaded = this.loading = this.failed = this.complete = false;
		this.running.clear();
		this.#page = 0;
	}

	async loadMore() {
		if (this.loading || this.complete) return;
		this.loading = true;
		this.failed = false;
		try {
			const more = await api.listChats(this.#page + 1);
			this.#page += 1;
			this.complete = more.length === 0;
			const known = new Set(this.items.map((c) => c.id));
			this.items = [...this.items, ...more.filter((c) => !known.has(c.id))];
			this.loaded = true;
		} catch {
			this.failed = true;
		} finally {
			this.loading = false;
		}
	}

	/** Reads the first page again, for what other tabs and devices did. */
	async refresh() {
		const first = await api.listChats(1).catch(() => null);
		if (!first) return;
		const fresh = new Set(first.map((c) => c.id));
		const oldest = first.at(-1)?.updated_at ?? 0;
		// Below the first page nothing changed; above its end, what is not in it is gone.
		const rest = this.items.filter((c) => !fresh.has(c.id) && c.updated_at <= oldest);
		this.items = [...first, ...rest];
		this.loaded = true;
		if (this.#page === 0) this.#page = 1;
	}

	/** Puts a chat at the top because something was said in it. */
	touch(id: string, title?: string) {
		const now = Math.floor(Date.now() / 1000);
		const before = this.items.find((c) => c.id === id);
		const chat = {
			id,
			created_at: now,
			title: '',
			...before,
			...(title === undefined ? {} : { title }),
			updated_at: now
		};
		this.items = [chat, ...this.items.filter((c) => c.id !== id)];
	}

	setTitle(id: string, title: string) {
		this.items = this.items.map((c) => (c.id === id ? { ...c, title } : c));
	}

	async rename(id: string, title: string) {
		const before = this.items.find((c) => c.id === id)?.title ?? '';
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
		this.items = this.items.filter((c) => c.id !== id);
		this.running.delete(id);
	}
}

export const chats = new ChatList();
