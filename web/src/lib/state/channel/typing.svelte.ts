/** Who is typing, and telling that one types oneself. */
import type { ChannelEvent } from '$lib/api/channels';
import { app } from '../app.svelte';
import { realtime } from '../socket.svelte';

/** A notice ends by itself when it is not renewed. */
const LASTS_MS = 5000;
const AGAIN_MS = 2500;

export class Typing {
	/** Names by account. */
	#people = $state.raw<Record<string, string>>({});
	#timers = new Map<string, ReturnType<typeof setTimeout>>();
	#toldAt = 0;

	/** @param thread the message whose thread it is, or null for the channel itself */
	constructor(
		private readonly channelId: string,
		private readonly thread: string | null
	) {}

	get names(): string[] {
		return Object.values(this.#people);
	}

	heard({ message_id, data, user }: ChannelEvent) {
		if (!user || user.id === app.user?.id || (message_id ?? null) !== this.thread) return;
		const { typing } = (data.data ?? {}) as { typing?: boolean };
		this.stopped(user.id);
		if (typing === false) return;
		this.#people = { ...this.#people, [user.id]: user.name };
		this.#timers.set(
			user.id,
			setTimeout(() => this.stopped(user.id), LASTS_MS)
		);
	}

	/** Whoever has written types no more. */
	stopped(userId: string) {
		clearTimeout(this.#timers.get(userId));
		this.#timers.delete(userId);
		if (!(userId in this.#people)) return;
		const { [userId]: gone, ...rest } = this.#people;
		void gone;
		this.#people = rest;
	}

	/** Tells the others, not more often than they need. */
	tell(typing: boolean) {
		const now = Date.now();
		if (typing ? now - this.#toldAt < AGAIN_MS : this.#toldAt === 0) return;
		this.#toldAt = typing ? now : 0;
		realtime.emit('events:channel', {
			channel_id: this.channelId,
			message_id: this.thread,
			data: { type: 'typing', data: { typing } }
		});
	}

	close() {
		for (const timer of this.#timers.values()) clearTimeout(timer);
	}
}
