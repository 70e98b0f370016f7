/** The channel that is open: what it is, its messages, the thread beside them, and what happens in it. */
import { untrack } from 'svelte';
import * as api from '$lib/api/channels';
import type { ChannelDetail, ChannelEvent, ChannelMessage } from '$lib/api/channels';
import { ApiError } from '$lib/api/client';
import { app } from '../app.svelte';
import { channels, nameOf } from '../channels.svelte';
import { realtime } from '../socket.svelte';
import { Talk } from './talk.svelte';

/** Nobody is told who comes, goes, or loses access: the channel is asked now and then. */
const LOOK_MS = 15_000;

export interface Thread {
	parent: ChannelMessage;
	talk: Talk;
}

export class Room {
	phase = $state<'loading' | 'ready' | 'missing' | 'refused' | 'failed'>('loading');
	channel = $state.raw<ChannelDetail | null>(null);
	thread = $state.raw<Thread | null>(null);
	/** How far it had been read when it was opened. */
	readUntil = $state<number | null>(null);
	/** What a screen reader says of what has just come. */
	heard = $state.raw<ChannelMessage | null>(null);
	readonly talk: Talk;

	readonly kind = $derived(api.kindOf(this.channel ?? { type: null }));
	readonly name = $derived(this.channel ? nameOf(this.channel) : '');
	readonly mayWrite = $derived(this.channel?.write_access === true);
	readonly isManager = $derived(this.channel?.is_manager === true && this.kind !== 'dm');

	constructor(readonly id: string) {
		this.talk = new Talk(id, null);
	}

	/** Loads it and follows what happens. Gives the way to stop. */
	open(): () => void {
		void this.load();
		const unheard = realtime.on<ChannelEvent>('events:channel', (event) => this.#hear(event));
		const look = () => document.hidden || void this.look();
		const seen = () => {
			if (document.hidden) return;
			channels.setOpen(this.id);
			look();
		};
		const timer = setInterval(look, LOOK_MS);
		document.addEventListener('visibilitychange', seen);
		let [joins, wasLost] = [untrack(() => realtime.joins), false];
		const unfollow = $effect.root(() => {
			$effect(() => {
				if (realtime.lost) wasLost = true;
				if (realtime.joins === joins) return;
				joins = realtime.joins;
				const again = wasLost;
				wasLost = false;
				untrack(() => void (again ? this.resync() : this.catchUp()));
			});
		});
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', seen);
			unheard();
			unfollow();
			channels.setOpen(null);
			this.talk.close();
			this.thread?.talk.close();
		};
	}

	async load(): Promise<void> {
		this.phase = 'loading';
		try {
			const messages = this.talk.feed.toEnd();
			// A refusal is told by the channel's own answer.
			messages.catch(() => {});
			this.channel = await api.getChannel(this.id);
			this.readUntil = this.channel.unread_count > 0 ? this.channel.last_read_at : null;
			this.phase = 'ready';
			channels.setOpen(this.id);
		} catch (error) {
			const status = error instanceof ApiError ? error.status : 0;
			this.phase =
				status === 404 ? 'missing' : status === 403 || status === 401 ? 'refused' : 'failed';
		}
	}

	/** Looks whether the channel is still there, and who is. */
	async look(): Promise<void> {
		if (this.phase !== 'ready') return;
		try {
			this.channel = await api.getChannel(this.id);
		} catch (error) {
			const gone = error instanceof ApiError && [401, 403, 404].includes(error.status);
			if (!gone || this.phase !== 'ready') return;
			this.phase = error.status === 404 ? 'missing' : 'refused';
			channels.lost(this.id);
		}
	}

	get #feeds() {
		return [this.talk, ...(this.thread ? [this.thread.talk] : [])].map(({ feed }) => feed);
	}

	/** After a lost connection. */
	async resync(): Promise<void> {
		await Promise.all([this.look(), ...this.#feeds.map((feed) => feed.resync().catch(() => {}))]);
	}

	/** What was said after the first page had been fetched, and before the server began to tell of it. */
	async catchUp(): Promise<void> {
		await Promise.all(this.#feeds.map((feed) => feed.catchUp().catch(() => {})));
	}

	// -- Threads

	async openThread(id: string): Promise<void> {
		if (this.thread?.parent.id === id) return;
		const known = this.talk.feed.get(id) ?? (await api.getMessage(this.id, id));
		this.closeThread();
		// A link may name a reply: its thread is meant.
		if (known.parent_id) return this.openThread(known.parent_id);
		const talk = new Talk(this.id, id);
		this.thread = { parent: known, talk };
		await talk.feed.toEnd().catch(() => {});
	}

	closeThread() {
		this.thread?.talk.close();
		this.thread = null;
	}

	/** The beginning of the open thread, as the channel shows it when it is there too. */
	get threadParent(): ChannelMessage | null {
		const { thread } = this;
		return thread && (this.talk.feed.get(thread.parent.id) ?? thread.parent);
	}

	/** Pins a message of the channel, or what the open thread is about. */
	async pin(message: ChannelMessage): Promise<void> {
		this.changed(await this.talk.pin(message));
	}

	/** Fetches the files of what the open thread is about. */
	async loadParentData(message: ChannelMessage): Promise<void> {
		this.changed({ ...message, data: await api.messageData(this.id, message.id) });
	}

	// -- Events

	#hear(event: ChannelEvent) {
		if (event.channel_id !== this.id) return;
		const { type } = event.data;
		if (type === 'typing') {
			this.talk.typing.heard(event);
			this.thread?.talk.typing.heard(event);
			return;
		}
		const message = event.data.data as ChannelMessage;
		if (type === 'message') this.#arrived(message);
		else if (type === 'message:delete') this.#deleted(message);
		else if (message?.id) this.changed(message);
	}

	#arrived(message: ChannelMessage) {
		const talk = this.#talkOf(message);
		talk?.typing.stopped(message.user_id);
		const fresh = talk?.feed.receive(message);
		if (fresh && message.user_id !== app.user?.id) this.heard = message;
	}

	#talkOf = (message: ChannelMessage): Talk | undefined =>
		[this.talk, this.thread?.talk].find((talk) => talk?.holds(message));

	#deleted(message: ChannelMessage) {
		this.#talkOf(message)?.feed.remove(message);
		if (this.thread?.parent.id === message.id) this.closeThread();
	}

	/** Takes over a message that has been changed. */
	changed(message: ChannelMessage) {
		const talk = this.#talkOf(message);
		const answered = message.meta?.done === true && !talk?.feed.get(message.id)?.meta?.done;
		talk?.feed.change(message.id, message);
		if (this.thread?.parent.id === message.id)
			this.thread = { ...this.thread, parent: { ...this.thread.parent, ...message } };
		if (answered) this.heard = message;
	}
}
