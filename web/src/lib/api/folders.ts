/** Folders of chats. */
import { client, read } from './client';
import type { components } from './schema';
import type { ChatSummary } from './types';

export interface FolderSummary {
	id: string;
	name: string;
	parent_id: string | null;
	is_expanded: boolean;
	/** `icon` is an emoji's short name or the emoji itself. */
	meta?: { icon?: string | null } | null;
	created_at: number;
	updated_at: number;
}

/** What a folder means for the chats in it. */
export interface FolderData {
	system_prompt?: string;
	files?: unknown[];
	[key: string]: unknown;
}

export interface Folder extends FolderSummary {
	data?: FolderData | null;
}

export interface FolderPatch {
	name?: string;
	/** Fields that change; others stay. */
	data?: FolderData;
	meta?: Record<string, unknown>;
}

const at = (id: string) => ({ path: { id } });

export const listFolders = () => read<FolderSummary[]>(client.GET('/api/v1/folders/'));
export const getFolder = (id: string) =>
	read<Folder>(client.GET('/api/v1/folders/{id}', { params: at(id) }));
export const createFolder = (name: string, patch: FolderPatch = {}) =>
	read<Folder>(
		client.POST('/api/v1/folders/', {
			body: { name, ...patch } as components['schemas']['FolderForm']
		})
	);
export const updateFolder = (id: string, patch: FolderPatch) =>
	read<Folder>(
		client.POST('/api/v1/folders/{id}/update', {
			params: at(id),
			body: patch as components['schemas']['FolderUpdateForm']
		})
	);
export const setFolderParent = (id: string, parent_id: string | null) =>
	read<Folder>(
		client.POST('/api/v1/folders/{id}/update/parent', { params: at(id), body: { parent_id } })
	);
export const setFolderExpanded = (id: string, is_expanded: boolean) =>
	read<unknown>(
		client.POST('/api/v1/folders/{id}/update/expanded', { params: at(id), body: { is_expanded } })
	);
/** Without its contents: its chats are then in no folder. */
export const deleteFolder = (id: string, delete_contents: boolean) =>
	read<boolean>(
		client.DELETE('/api/v1/folders/{id}', {
			params: { path: { id }, query: { delete_contents } }
		})
	);
export const folderChats = (folder_id: string, page: number) =>
	read<ChatSummary[]>(
		client.GET('/api/v1/chats/folder/{folder_id}/list', {
			params: { path: { folder_id }, query: { page } }
		})
	);
/** Whole chats of a folder and of those below it. */
export const folderChatRecords = (folder_id: string) =>
	read<unknown[]>(
		client.GET('/api/v1/chats/folder/{folder_id}', { params: { path: { folder_id } } })
	);
