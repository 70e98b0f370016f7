/** Calls about one chat that the page itself makes. */
import { client, read } from './client';
import type { ChatRecord } from './types';

const at = (id: string) => ({ path: { id } });

/**
 * Saves a chat whose body is written out already (`saveBody`). The server answers with the whole chat;
 * nobody needs it, so it is not read.
 */
export async function saveChat(id: string, body: string): Promise<void> {
	const stream = await read<ReadableStream | null>(
		client.POST('/api/v1/chats/{id}', {
			params: at(id),
			body: body as never,
			bodySerializer: (text: unknown) => text as string,
			headers: { 'Content-Type': 'application/json' },
			parseAs: 'stream'
		})
	);
	await stream?.cancel();
}

/** A copy that somebody shared. */
export const sharedChat = (share_id: string) =>
	read<ChatRecord>(
		client.GET('/api/v1/chats/share/{share_id}', { params: { path: { share_id } } })
	);
/** Makes a shared copy one's own. */
export const cloneShared = (id: string) =>
	read<ChatRecord>(client.POST('/api/v1/chats/{id}/clone/shared', { params: at(id) }));

export const chatTags = (id: string) =>
	read<{ id: string; name: string }[]>(client.GET('/api/v1/chats/{id}/tags', { params: at(id) }));
