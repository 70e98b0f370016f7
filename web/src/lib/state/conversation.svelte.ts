/** The open chat, and those still being answered behind it. */
import type { ChatRecord } from '$lib/api/types';
import { app } from './app.svelte';
import { Conversation } from './conversation/conversation.svelte';
import { ask } from './conversation/turns';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';

export type { Conversation };

class Conversations {
	#byId = new Map<string, Conversation>();
	current = $state.raw<Conversation>(this.#make(null));
	/** Told when a new chat has got its id from the server. */
	whenNamed: (conversation: Conversation) => void = () => {};

	#make(id: string | null): Conversation {
		return new Conversation(id, {
			named: (conversation) => this.#named(conversation),
			settled: (conversation) => this.#settled(conversation),
			next: (conversation, item) =>
				void ask(conversation, item).catch((error) => toasts.failure(error))
		});
	}

	/** Shows a chat; a running one keeps its state, others are read again. */
	open(id: string | null) {
		if (id !== null && this.current.id === id) return;
		if (id === null) {
			this.startNew();
			return;
		}
		let conversation = this.#byId.get(id);
		if (!conversation || !conversation.streaming) {
			conversation = this.#make(id);
			this.#byId.set(id, conversation);
			void conversation.load();
		}
		this.current = conversation;
		this.#prune();
	}

	/** An empty chat, with the models the person likes to begin with. */
	startNew() {
		const fresh = this.#make(null);
		fresh.models = app.defaultModels();
		fresh.temporary =
			app.may('chat.temporary') &&
			(settings.ui.temporaryChatByDefault === true || app.mustBeTemporary);
		this.current = fresh;
		this.#prune();
	}

	get = (id: string | null): Conversation | undefined => (id ? this.#byId.get(id) : undefined);

	#named(conversation: Conversation) {
		if (!conversation.id) return;
		this.#byId.set(conversation.id, conversation);
		if (!conversation.temporary) this.whenNamed(conversation);
	}

	#settled(conversation: Conversation) {
		if (conversation !== this.current) this.#prune();
	}

	resync() {
		for (const conversation of this.#byId.values()) void conversation.resync();
	}

	drop(id: string) {
		this.#byId.delete(id);
	}

	reset() {
		this.#byId.clear();
		this.current = this.#make(null);
	}

	#prune() {
		for (const [id, conversation] of this.#byId) {
			if (conversation !== this.current && !conversation.streaming) this.#byId.delete(id);
		}
	}
}

export const conversations = new Conversations();

/** A conversation that can be read and leafed through; nothing of it is kept. */
export function readOnlyConversation(record: ChatRecord): Conversation {
	const conversation = new Conversation(null, { named() {}, settled() {}, next() {} });
	conversation.readOnly = true;
	conversation.adopt(record);
	return conversation;
}
