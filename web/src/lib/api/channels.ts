/** Channels: rooms in which several people, and models, write to each other. Their times are nanoseconds. */
import type { AccessControl } from '$lib/access';
import type { Attachment } from '$lib/chat/types';
import { client, read } from './client';

/** A channel is open by its access control; a group and direct messages belong to their members. */
export type ChannelKind = 'channel' | 'group' | 'dm';

export interface ChannelPerson {
	id: string;
	name: string;
	is_active: boolean;
	status_emoji?: string | null;
	status_message?: string | null;
}

export interface Channel {
	id: string;
	user_id: string;
	type: string | null;
	name: string;
	description: string | null;
	access_control: AccessControl;
	created_at: number;
	updated_at: number;
}

/** A channel in the reader's list. */
export interface ChannelLine extends Channel {
	last_message_at: number | null;
	unread_count: number;
	user_ids: string[] | null;
	users: ChannelPerson[] | null;
}

/** A channel that is open, with what the reader may do in it. */
export interface ChannelDetail extends Channel {
	is_manager: boolean;
	write_access: boolean;
	last_read_at: number | null;
	unread_count: number;
	user_ids: string[] | null;
	users: ChannelPerson[] | null;
	user_count: number;
}

export interface Reaction {
	/** The short name of an emoji. */
	name: string;
	users: { id: string; name: string }[];
	count: number;
}

export interface MessageData {
	files?: Attachment[];
	[key: string]: unknown;
}

export interface ChannelMessage {
	id: string;
	user_id: string;
	channel_id: string;
	reply_to_id: string | null;
	/** The first message of the thread it belongs to. */
	parent_id: string | null;
	is_pinned: boolean;
	pinned_by: string | null;
	pinned_at: number | null;
	content: string;
	/** Lists tell only whether there is any: files can be large. */
	data: MessageData | boolean | null;
	/** `model_id` when a model wrote it; `done` when it has finished. */
	meta: { model_id?: string; model_name?: string; done?: boolean; [key: string]: unknown } | null;
	created_at: number;
	updated_at: number;
	user: { id: string; name: string; role: string } | null;
	reply_to_message: ChannelMessage | null;
	latest_reply_at: number | null;
	reply_count: number;
	reactions: Reaction[];
	temp_id?: string | null;
}

/** What a channel's room hears. */
export interface ChannelEvent {
	channel_id?: string;
	message_id?: string | null;
	data: { type: string; data?: unknown };
	user?: { id: string; name: string };
	channel?: Channel;
}

export interface ChannelForm {
	name: string;
	type?: 'group' | 'dm';
	description?: string;
	access_control?: AccessControl;
	user_ids?: string[];
}

export interface MessageForm {
	content: string;
	temp_id?: string;
	reply_to_id?: string;
	parent_id?: string;
	data?: MessageData;
}

export interface MemberPage {
	users: (ChannelPerson & { email: string })[];
	total: number;
}

export const seconds = (nanoseconds: number): number => nanoseconds / 1e9;
export const nanoseconds = (date: Date): number => date.getTime() * 1e6;

export const kindOf = ({ type }: { type: string | null }): ChannelKind =>
	type === 'dm' || type === 'group' ? type : 'channel';

const at = (id: string) => ({ path: { id } });
const of = (id: string, message_id: string) => ({ path: { id, message_id } });

export const listChannels = () => read<ChannelLine[]>(client.GET('/api/v1/channels/'));
export const getChannel = (id: string) =>
	read<ChannelDetail>(client.GET('/api/v1/channels/{id}', { params: at(id) }));
export const createChannel = (form: ChannelForm) =>
	read<Channel>(client.POST('/api/v1/channels/create', { body: form as never }));
export const updateChannel = (id: string, form: ChannelForm) =>
	read<Channel>(
		client.POST('/api/v1/channels/{id}/update', { params: at(id), body: form as never })
	);
export const deleteChannel = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/channels/{id}/delete', { params: at(id) }));
/** The direct messages with somebody: those there are, or new ones. */
export const directChannel = (user_id: string) =>
	read<Channel>(client.GET('/api/v1/channels/users/{user_id}', { params: { path: { user_id } } }));

export const listMembers = (id: string, query: { query?: string; page: number }) =>
	read<MemberPage>(client.GET('/api/v1/channels/{id}/members', { params: { ...at(id), query } }));
/** Keeps a channel in one's list, or puts it away until somebody writes. */
export const keepChannel = (id: string, is_active: boolean) =>
	read<boolean>(
		client.POST('/api/v1/channels/{id}/members/active', { params: at(id), body: { is_active } })
	);
export const addMembers = (id: string, user_ids: string[]) =>
	read<unknown>(
		client.POST('/api/v1/channels/{id}/update/members/add', {
			params: at(id),
			body: { user_ids, group_ids: [] }
		})
	);
export const removeMember = (id: string, user_id: string) =>
	read<number>(
		client.POST('/api/v1/channels/{id}/update/members/remove', {
			params: at(id),
			body: { user_ids: [user_id] }
		})
	);

/** A page, newest first. */
export const listMessages = (id: string, skip: number, limit: number) =>
	read<ChannelMessage[]>(
		client.GET('/api/v1/channels/{id}/messages', {
			params: { ...at(id), query: { skip, limit } }
		})
	);
/** A page of a thread, newest first; what it began with counts as its oldest message. */
export const listThread = (id: string, parent: string, skip: number, limit: number) =>
	read<ChannelMessage[]>(
		client.GET('/api/v1/channels/{id}/messages/{message_id}/thread', {
			params: { ...of(id, parent), query: { skip, limit } }
		})
	);
export const listPinned = (id: string, page: number) =>
	read<ChannelMessage[]>(
		client.GET('/api/v1/channels/{id}/messages/pinned', {
			params: { ...at(id), query: { page } }
		})
	);
export const getMessage = (id: string, message_id: string) =>
	read<ChannelMessage>(
		client.GET('/api/v1/channels/{id}/messages/{message_id}', { params: of(id, message_id) })
	);
export const messageData = (id: string, message_id: string) =>
	read<MessageData | null>(
		client.GET('/api/v1/channels/{id}/messages/{message_id}/data', {
			params: of(id, message_id)
		})
	);
/** The answer holds what was sent, without author and reactions. */
export const postMessage = (id: string, form: MessageForm) =>
	read<ChannelMessage>(
		client.POST('/api/v1/channels/{id}/messages/post', { params: at(id), body: form as never })
	);
export const updateMessage = (id: string, message_id: string, form: MessageForm) =>
	read<ChannelMessage>(
		client.POST('/api/v1/channels/{id}/messages/{message_id}/update', {
			params: of(id, message_id),
			body: form as never
		})
	);
export const deleteMessage = (id: string, message_id: string) =>
	read<boolean>(
		client.DELETE('/api/v1/channels/{id}/messages/{message_id}/delete', {
			params: of(id, message_id)
		})
	);
export const pinMessage = (id: string, message_id: string, is_pinned: boolean) =>
	read<ChannelMessage>(
		client.POST('/api/v1/channels/{id}/messages/{message_id}/pin', {
			params: of(id, message_id),
			body: { is_pinned }
		})
	);
export const react = (id: string, message_id: string, name: string) =>
	read<boolean>(
		client.POST('/api/v1/channels/{id}/messages/{message_id}/reactions/add', {
			params: of(id, message_id),
			body: { name }
		})
	);
export const unreact = (id: string, message_id: string, name: string) =>
	read<boolean>(
		client.POST('/api/v1/channels/{id}/messages/{message_id}/reactions/remove', {
			params: of(id, message_id),
			body: { name }
		})
	);
