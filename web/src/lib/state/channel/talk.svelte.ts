/** A place to write in: a channel, or a thread of it. Its messages, who is typing, and what is done with messages. */
import * as api from '$lib/api/channels';
import type { ChannelMessage, MessageForm } from '$lib/api/channels';
import { toggled } from '$lib/channels/rows';
import type { Attachment } from '$lib/chat/types';
import { newId } from '$lib/id';
import { app } from '../app.svelte';
import { toasts } from '../toasts.svelte';
import { Feed } from './feed.svelte';
import { Typing } from './typing.svelte';

export interface Written {
	content: string;
	files: Attachment[];
}

export class Talk {
	readonly feed: Feed;
	readonly typing: Typing;
	/** The message that the next one quotes. */
	quoted = $state.raw<ChannelMessage | null>(null);
	/** The message that is being edited. */
	editing = $state<string | null>(null);

	/** @param parent the message whose thread it is, or null for the channel itself */
	constructor(
		readonly channelId: string,
		readonly parent: string | null
	) {
		this.typing = new Typing(channelId, parent);
		this.feed = new Feed((skip, limit) => this.#page(skip, limit));
	}

	#page(skip: number, limit: number): Promise<ChannelMessage[]> {
		const { parent, channelId } = this;
		if (!parent) return api.listMessages(channelId, skip, limit);
		return api.listThread(channelId, parent, skip, limit).then((page) =>
			// What the thread is about stands above it.
			page.filter(({ id }) => id !== parent)
		);
	}

	/** Whether a message is one of these. */
	holds = ({ parent_id }: ChannelMessage): boolean => (parent_id ?? null) === this.parent;

	// -- Writing

	async send({ content, files }: Written): Promise<void> {
		if (this.feed.newer) await this.feed.toEnd().catch(() => {});
		const quoted = this.quoted;
		this.quoted = null;
		this.typing.tell(false);
		const message = this.#local(content, files, quoted);
		this.feed.begin(message);
		await this.#post(message);
	}

	/** How it will look, until the server has it. */
	#local(content: string, files: Attachment[], quoted: ChannelMessage | null): ChannelMessage {
		const temp_id = newId();
		const now = api.nanoseconds(new Date());
		const { id = '', name = '', role = 'user' } = app.user ?? {};
		return {
			id: temp_id,
			temp_id,
			user_id: id,
			channel_id: this.channelId,
			reply_to_id: quoted?.id ?? null,
			parent_id: this.parent,
			is_pinned: false,
			pinned_by: null,
			pinned_at: null,
			content,
			data: files.length ? { files } : null,
			meta: null,
			created_at: now,
			updated_at: now,
			user: { id, name, role },
			reply_to_message: quoted,
			latest_reply_at: null,
			reply_count: 0,
			reactions: []
		};
	}

	async #post(message: ChannelMessage): Promise<void> {
		const temp_id = message.temp_id!;
		const form: MessageForm = { content: message.content, temp_id };
		if (message.data && typeof message.data === 'object') form.data = message.data;
		if (message.reply_to_id) form.reply_to_id = message.reply_to_id;
		if (this.parent) form.parent_id = this.parent;
		try {
			this.feed.confirm(temp_id, await api.postMessage(this.channelId, form));
		} catch (error) {
			this.feed.fail(temp_id);
			throw error;
		}
	}

	async sendAgain(message: ChannelMessage): Promise<void> {
		this.feed.drop(message.temp_id!);
		this.feed.begin(message);
		await this.#post(message);
	}

	// -- What is done with messages; others hear of it by events

	async edit(message: ChannelMessage, { content, files }: Written): Promise<void> {
		const data = { ...(typeof message.data === 'object' ? message.data : {}), files };
		await api.updateMessage(this.channelId, message.id, { content, data });
		this.feed.change(message.id, { content, data, updated_at: api.nanoseconds(new Date()) });
		this.editing = null;
	}

	async remove(message: ChannelMessage): Promise<void> {
		await api.deleteMessage(this.channelId, message.id);
		this.feed.remove(message);
	}

	/** Adds the reader's reaction, or takes it back. It shows at once. */
	async react(message: ChannelMessage, name: string): Promise<void> {
		const { id = '', name: own = '' } = app.user ?? {};
		const before = message.reactions;
		const mine = before.some((r) => r.name === name && r.users.some((user) => user.id === id));
		this.feed.change(message.id, { reactions: toggled(before, name, { id, name: own }) });
		try {
			await (mine ? api.unreact : api.react)(this.channelId, message.id, name);
		} catch (error) {
			this.feed.change(message.id, { reactions: before });
			throw error;
		}
	}

	async pin(message: ChannelMessage, pinned = !message.is_pinned): Promise<ChannelMessage> {
		const answer = await api.pinMessage(this.channelId, message.id, pinned);
		const { is_pinned, pinned_by, pinned_at } = answer;
		this.feed.change(message.id, { is_pinned, pinned_by, pinned_at });
		return { ...message, is_pinned, pinned_by, pinned_at };
	}

	/** Fetches what a list has left out of a message. */
	async loadData(message: ChannelMessage): Promise<void> {
		try {
			const data = await api.messageData(this.channelId, message.id);
			this.feed.change(message.id, { data });
		} catch (error) {
			toasts.failure(error);
		}
	}

	close() {
		this.typing.close();
	}
}
