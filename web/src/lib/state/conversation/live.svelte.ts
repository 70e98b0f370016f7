/**
 * Answers while they are being written. They live beside the tree, so that a token costs the same in a chat
 * of five thousand messages as in a new one; the tree takes them over when they are complete.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Live } from '$lib/chat/reducer';
import type { Message } from '$lib/chat/types';

export class LiveAnswer {
	message = $state.raw<Message>()!;
	live = $state.raw<Live>()!;

	constructor(message: Message, live: Live) {
		this.message = message;
		this.live = live;
	}
}

export class LiveAnswers {
	readonly #byId = new SvelteMap<string, LiveAnswer>();

	get size(): number {
		return this.#byId.size;
	}
	get ids(): string[] {
		return [...this.#byId.keys()];
	}
	get = (id: string): LiveAnswer | undefined => this.#byId.get(id);
	has = (id: string): boolean => this.#byId.has(id);

	/** Follows an answer from here on. */
	begin(message: Message, live: Live): LiveAnswer {
		const answer = new LiveAnswer(message, live);
		this.#byId.set(message.id, answer);
		return answer;
	}

	/** Forgets an answer; gives the last that was known of it. */
	end(id: string): Message | undefined {
		const message = this.#byId.get(id)?.message;
		this.#byId.delete(id);
		return message;
	}
}
