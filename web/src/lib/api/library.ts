/** The chats of a person as a whole: lists, search, tags, and what is done to many. */
import { client, read } from './client';
import type { components } from './schema';
import type { ChatRecord, ChatSummary } from './types';

export interface Tag {
	id: string;
	name: string;
}

export type Order = { order_by?: 'title' | 'updated_at'; direction?: 'asc' | 'desc' };
export type ImportedChat = components['schemas']['ChatImportForm'];

const at = (id: string) => ({ path: { id } });

/** Chats that are neither pinned nor in a folder. */
export const looseChats = (page: number) =>
	read<ChatSummary[]>(client.GET('/api/v1/chats/', { params: { query: { page } } }));
export const pinnedChats = () => read<ChatSummary[]>(client.GET('/api/v1/chats/pinned'));
export const archivedChats = (page: number, query: string, order: Order = {}) =>
	read<ChatSummary[]>(
		client.GET('/api/v1/chats/archived', {
			params: { query: { page, query: query || undefined, ...order } }
		})
	);
/** The text may hold `tag:`, `folder:`, `pinned:`, `archived:` and `shared:`. */
export const searchChats = (text: string, page = 1) =>
	read<ChatSummary[]>(client.GET('/api/v1/chats/search', { params: { query: { text, page } } }));

export const pinChat = (id: string) =>
	read<ChatRecord>(client.POST('/api/v1/chats/{id}/pin', { params: at(id) }));
/** Puts a chat away, or takes it back. */
export const archiveChat = (id: string) =>
	read<ChatRecord>(client.POST('/api/v1/chats/{id}/archive', { params: at(id) }));
export const cloneChat = (id: string, title?: string) =>
	read<ChatRecord>(client.POST('/api/v1/chats/{id}/clone', { params: at(id), body: { title } }));
export const moveChat = (id: string, folder_id: string | null) =>
	read<ChatRecord>(
		client.POST('/api/v1/chats/{id}/folder', { params: at(id), body: { folder_id } })
	);

export const allTags = () => read<Tag[]>(client.GET('/api/v1/chats/all/tags'));
export const chatTags = (id: string) =>
	read<Tag[]>(client.GET('/api/v1/chats/{id}/tags', { params: at(id) }));
export const addTag = (id: string, name: string) =>
	read<Tag[]>(client.POST('/api/v1/chats/{id}/tags', { params: at(id), body: { name } }));
export const removeTag = (id: string, name: string) =>
	read<Tag[]>(client.DELETE('/api/v1/chats/{id}/tags', { params: at(id), body: { name } }));

export const importChats = (chats: ImportedChat[]) =>
	read<ChatRecord[]>(client.POST('/api/v1/chats/import', { body: { chats } }));
export const allChatRecords = () => read<ChatRecord[]>(client.GET('/api/v1/chats/all'));
export const allArchivedRecords = () =>
	read<ChatRecord[]>(client.GET('/api/v1/chats/all/archived'));
export const archiveAllChats = () => read<boolean>(client.POST('/api/v1/chats/archive/all'));
export const unarchiveAllChats = () => read<boolean>(client.POST('/api/v1/chats/unarchive/all'));
export const deleteAllChats = () => read<boolean>(client.DELETE('/api/v1/chats/'));

/** Makes the shared copy of a chat, or renews it. Gives the id its link holds. */
export const shareChat = async (id: string): Promise<string> =>
	(await read<ChatRecord>(client.POST('/api/v1/chats/{id}/share', { params: at(id) }))).id;
export const unshareChat = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/chats/{id}/share', { params: at(id) }));
