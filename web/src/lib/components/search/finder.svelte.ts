/** Asks the server for chats while somebody types, and reads those that are looked at. */
import { getChat } from '$lib/api';
import * as library from '$lib/api/library';
import type { ChatSummary } from '$lib/api/types';
import { branch, normalizeHistory } from '$lib/chat/history';
import { proseOf } from '$lib/chat/segments';
import { toasts } from '$lib/state/toasts.svelte';

const WAIT_MS = 120;

export interface PreviewMessage {
	id: string;
	role: string;
	text: string;
}

export class Finder {
	results = $state.raw<ChatSummary[]>([]);
	loading = $state(false);
	/** The text the results are for. */
	found = $state('');
	complete = $state(true);
	#page = 0;
	#turn = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	search(text: string) {
		clearTimeout(this.#timer);
		const turn = ++this.#turn;
		if (!text) {
			this.results = [];
			this.found = '';
			this.loading = false;
			this.complete = true;
			return;
		}
		this.loading = true;
		this.#timer = setTimeout(() => void this.#ask(text, 1, turn), WAIT_MS);
	}

	more() {
		if (this.loading || this.complete) return;
		this.loading = true;
		void this.#ask(this.found, this.#page + 1, this.#turn);
	}

	async #ask(text: string, page: number, turn: number) {
		try {
			const chats = await library.searchChats(text, page);
			if (turn !== this.#turn) return;
			this.results = page === 1 ? chats : [...this.results, ...chats];
			this.complete = chats.length === 0;
			this.#page = page;
			this.found = text;
		} catch (error) {
			if (turn === this.#turn) toasts.failure(error);
		} finally {
			if (turn === this.#turn) this.loading = false;
		}
	}

	stop() {
		clearTimeout(this.#timer);
		this.#turn += 1;
	}
}

/** Markdown without the marks that only mean looks. */
const plain = (text: string) => text.replace(/\*\*|__|`+|^#+\s+|^>\s?/gm, '');

const read = new Map<string, Promise<PreviewMessage[]>>();

/** The words of a chat's shown branch. Read once while the dialog is open. */
export function preview(id: string): Promise<PreviewMessage[]> {
	const known = read.get(id);
	if (known) return known;
	const fresh = getChat(id).then((record) =>
		branch(normalizeHistory((record.chat as { history?: unknown }).history)).map((message) => ({
			id: message.id,
			role: message.role,
			text: message.role === 'assistant' ? plain(proseOf(message.content)) : message.content
		}))
	);
	read.set(id, fresh);
	fresh.catch(() => read.delete(id));
	return fresh;
}

export const forgetPreviews = () => read.clear();
