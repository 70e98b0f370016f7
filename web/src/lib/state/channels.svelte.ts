/** The reader's channels, and what has not been read in them. */
import { goto } from '$app/navigation';
import * as api from '$lib/api/channels';
import type { ChannelEvent, ChannelLine, ChannelMessage } from '$lib/api/channels';
import { mentions, plainText } from '$lib/channels/mentions';
import { locale, t, useArea } from '$lib/i18n/index.svelte';
import { app } from './app.svelte';
import { announce } from './notify';
import { realtime } from './socket.svelte';
import { toasts } from './toasts.svelte';

/** Standard channels come and go without an event: the list is looked at again now and then. */
const LOOK_MS = 60_000;
const READ_MS = 400;

/** What a channel is called for its reader; direct messages are called after the others in them. */
export function nameOf(channel: Pick<ChannelLine, 'type' | 'name' | 'users'>): string {
	if (api.kindOf(channel) !== 'dm') return channel.name;
	const others = (channel.users ?? []).filter(({ id }) => id !== app.user?.id);
	return others.map(({ name }) => name).join(', ') || t('channels.onlyYou');
}

class Channels {
	list = $state.raw<ChannelLine[]>([]);
	loaded = $state(false);
	failed = $state(false);

	/** Channels and groups by name, then direct messages, the liveliest first. */
	readonly sorted = $derived.by(() => {
		const isDirect = (line: ChannelLine) => api.kindOf(line) === 'dm';
		const words = new Intl.Collator(locale());
		const rooms = this.list.filter((line) => !isDirect(line));
		const direct = this.list.filter(isDirect);
		rooms.sort((a, b) => words.compare(a.name, b.name));
		direct.sort(
			(a, b) => (b.last_message_at ?? b.created_at) - (a.last_message_at ?? a.created_at)
		);
		return [...rooms, ...direct];
	});
	readonly unread = $derived(this.list.reduce((sum, line) => sum + line.unread_count, 0));

	/** The channel that the page shows. */
	#open: string | null = null;
	/** Channels whose rooms this connection was put into. */
	#joined = new Set<string>();
	/** Channels whose reading has been begun, see there. */
	#begun = new Set<string>();
	/** What is about to be told to have been read. */
	#reading: { id: string; timer: ReturnType<typeof setTimeout> } | undefined;

	get = (id: string) => this.list.find((line) => line.id === id);

	async load(): Promise<void> {
		try {
			this.list = await api.listChannels();
			this.failed = false;
			this.#join(this.list.map(({ id }) => id));
			this.#begin();
			// What is being read is read, whatever the server knew a moment ago.
			if (this.#open && this.#isLookedAt(this.#open)) this.markRead(this.#open);
		} catch {
			this.failed = true;
		} finally {
			this.loaded = true;
		}
	}

	/** The server puts a connection into the rooms of channels that are there; others have to be asked for. */
	#join(ids: string[]) {
		if (ids.every((id) => this.#joined.has(id))) return;
		if (realtime.joinChannels()) for (const id of ids) this.#joined.add(id);
	}

	/**
	 * How far a channel without members has been read is kept from the first time on that it is told: told where
	 * nothing is new, nothing is lost, and what comes counts.
	 */
	#begin() {
		for (const line of this.list) {
			if (api.kindOf(line) !== 'channel' || line.unread_count || this.#begun.has(line.id)) continue;
			if (this.#emitRead(line.id)) this.#begun.add(line.id);
		}
	}

	#emitRead(id: string): boolean {
		const data = { type: 'last_read_at' };
		return realtime.emit('events:channel', { channel_id: id, message_id: null, data });
	}

	/** Follows what happens in all channels. Gives the way to stop. */
	watch(): () => void {
		void useArea('channels');
		const look = () => document.hidden || void this.load();
		const timer = setInterval(look, LOOK_MS);
		document.addEventListener('visibilitychange', look);
		const unheard = realtime.on<ChannelEvent>('events:channel', (event) => this.#heard(event));
		const unfollow = $effect.root(() => {
			$effect(() => {
				if (!realtime.connected) return;
				this.#joined.clear();
				void this.load();
			});
		});
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', look);
			unheard();
			unfollow();
			this.list = [];
			this.loaded = false;
		};
	}

	#heard({ channel_id, data, user }: ChannelEvent) {
		if (data.type === 'channel:created') void this.load();
		if (data.type === 'message' && channel_id)
			void this.#arrived(channel_id, data.data as ChannelMessage, user?.name ?? '');
	}

	async #arrived(channel_id: string, message: ChannelMessage, author: string) {
		const known = this.get(channel_id);
		// The list tells how much is new in what was not in it.
		if (!known) await this.load();
		const line = this.get(channel_id);
		if (!line) return;
		const own = message.user_id === app.user?.id;
		const seen = this.#isLookedAt(channel_id);
		if (!message.parent_id) {
			const more = own || seen || !known ? 0 : 1;
			this.#patch(channel_id, {
				last_message_at: message.created_at,
				unread_count: line.unread_count + more
			});
		}
		if (own) return;
		if (seen) this.markRead(channel_id);
		else this.#tell(line, message, author);
	}

	/** A notice of what is meant for the reader alone. */
	#tell(line: ChannelLine, message: ChannelMessage, author: string) {
		const direct = api.kindOf(line) === 'dm';
		if (!direct && !mentions(message.content, app.user?.id)) return;
		const text = plainText(message.content);
		const title = direct
			? t('channels.wrote', { name: author })
			: t('channels.calledYou', { name: author, channel: line.name });
		const query = message.parent_id
			? `thread=${message.parent_id}&message=${message.id}`
			: `message=${message.id}`;
		announce({ href: `/channels/${line.id}?${query}`, title, text });
	}

	#isLookedAt = (id: string) => this.#open === id && !document.hidden;

	#patch(id: string, patch: Partial<ChannelLine>) {
		this.list = this.list.map((line) => (line.id === id ? { ...line, ...patch } : line));
	}

	/** The page shows this channel from now on, or none. */
	setOpen(id: string | null) {
		this.#open = id;
		if (id && this.#isLookedAt(id)) this.markRead(id);
	}

	/** Everything in it so far has been seen. */
	markRead(id: string) {
		if (this.get(id)?.unread_count) this.#patch(id, { unread_count: 0 });
		if (this.#reading && this.#reading.id !== id) this.#tellRead();
		clearTimeout(this.#reading?.timer);
		this.#reading = { id, timer: setTimeout(() => this.#tellRead(), READ_MS) };
	}

	#tellRead() {
		if (!this.#reading) return;
		const { id, timer } = this.#reading;
		clearTimeout(timer);
		this.#reading = undefined;
		this.#join([id]);
		this.#emitRead(id);
	}

	/** Takes over what is known better. */
	update(channel: api.Channel) {
		const { name, description, access_control } = channel;
		this.#patch(channel.id, { name, description, access_control });
	}

	forget(id: string) {
		this.list = this.list.filter((line) => line.id !== id);
		this.#joined.delete(id);
	}

	/** Somebody has taken the channel away, or the reader's place in it. */
	lost(id: string) {
		const name = this.get(id);
		this.forget(id);
		toasts.show(
			'warning',
			name ? t('channels.lostNamed', { name: nameOf(name) }) : t('channels.lost')
		);
		if (this.#open === id) void goto('/');
	}
}

export const channels = new Channels();
