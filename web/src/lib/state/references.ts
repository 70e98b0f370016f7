/** What can be referred to with `#`: folders, notes, other chats, files. */
import { listFiles, listNotes } from '$lib/api/files';
import { client, read } from '$lib/api/client';
import type { ChatSummary } from '$lib/api/types';
import { documentOf } from '$lib/chat/attachments';
import { best } from '$lib/chat/triggers';
import type { Attachment } from '$lib/chat/types';
import { t } from '$lib/i18n/index.svelte';
import { app } from './app.svelte';

interface Source {
	items: Promise<Attachment[]>;
}

const quiet = <T>(list: Promise<T[]>): Promise<T[]> => list.catch(() => []);

const folders = () =>
	read<{ id: string; name: string }[]>(client.GET('/api/v1/folders/')).then((list) =>
		list.map(({ id, name }): Attachment => ({ type: 'folder', id, name }))
	);

const notes = () =>
	listNotes().then((list) =>
		list.map(({ id, title }): Attachment => ({ type: 'note', id, name: title, context: 'full' }))
	);

const files = () => listFiles().then((list) => list.map((file) => documentOf(file)));

const chats = (text: string) =>
	read<ChatSummary[]>(
		client.GET('/api/v1/chats/search', { params: { query: { text: text || ' ', page: 1 } } })
	).then((list) =>
		list.map(({ id, title }): Attachment => ({
			type: 'chat',
			id,
			name: title || t('chat.untitled'),
			context: 'full'
		}))
	);

/** Lists that are small and asked for once; chats are searched by the server. */
export class References {
	#fixed: Source[] | undefined;

	#load(): Source[] {
		const { features } = app.config ?? {};
		this.#fixed ??= [
			...(features?.enable_folders !== false && app.may('features.folders')
				? [{ items: quiet(folders()) }]
				: []),
			...(features?.enable_notes && app.may('features.notes') ? [{ items: quiet(notes()) }] : []),
			{ items: quiet(files()) }
		];
		return this.#fixed;
	}

	async find(query: string, except: string | null): Promise<Attachment[]> {
		const lists = await Promise.all([
			...this.#load().map(({ items }) => items),
			quiet(chats(query))
		]);
		const found = lists.flatMap((list, i) =>
			i === lists.length - 1 ? list : best(list, query, (item) => [item.name ?? ''], 8)
		);
		return found.filter((item) => item.id !== except).slice(0, 24);
	}
}
