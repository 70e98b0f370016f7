/** Notes. Their times are nanoseconds. */
import type { AccessControl } from '$lib/access';
import { client, read } from './client';

/** A text in the three forms the contract keeps. */
export interface NoteContent {
	md?: string;
	html?: string;
	/** A ProseMirror document. */
	json?: unknown;
}

export interface NoteData {
	content?: NoteContent;
	files?: unknown[] | null;
	[key: string]: unknown;
}

export interface Note {
	id: string;
	user_id: string;
	title: string;
	data: NoteData | null;
	meta: Record<string, unknown> | null;
	access_control: AccessControl;
	created_at: number;
	updated_at: number;
	/** With lists: who made it. */
	user?: { id: string; name: string; profile_image_url?: string } | null;
	/** With a single one: whether the reader may change it. */
	write_access?: boolean;
}

export interface NoteForm {
	title: string;
	data?: NoteData;
	meta?: Record<string, unknown>;
	access_control?: AccessControl;
}

export interface NoteSearch {
	query?: string;
	view_option?: 'created' | 'shared';
	order_by?: 'updated_at' | 'created_at' | 'title';
	direction?: 'asc' | 'desc';
	page: number;
}

export const seconds = (nanoseconds: number): number => nanoseconds / 1e9;

const at = (id: string) => ({ path: { id } });

export const searchNotes = (query: NoteSearch) =>
	read<{ items: Note[]; total: number }>(
		client.GET('/api/v1/notes/search', { params: { query: query as never } })
	);
export const getNote = (id: string) =>
	read<Note>(client.GET('/api/v1/notes/{id}', { params: at(id) }));
export const createNote = (form: NoteForm) =>
	read<Note>(client.POST('/api/v1/notes/create', { body: form as never }));
export const updateNote = (id: string, form: NoteForm) =>
	read<Note>(client.POST('/api/v1/notes/{id}/update', { params: at(id), body: form as never }));
export const deleteNote = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/notes/{id}/delete', { params: at(id) }));
