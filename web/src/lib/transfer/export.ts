/** Gives chats to the person as files. */
import * as api from '$lib/api';
import { folderChatRecords } from '$lib/api/folders';
import * as library from '$lib/api/library';
import type { ChatRecord } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { fileName } from '$lib/files/name';
import { download, downloadJson, today } from '$lib/files/transfer';
import { asMarkdown, asText } from './transcript';

export type ChatFormat = 'json' | 'text' | 'markdown';

const saveJson = (name: string, value: unknown) => downloadJson(fileName(name, 'json'), value);

export async function downloadChat(id: string, format: ChatFormat) {
	saveRecord(await api.getChat(id), format);
}

export function saveRecord(record: ChatRecord, format: ChatFormat) {
	const names = { you: t('transfer.you'), assistant: t('transfer.assistant') };
	const { history } = record.chat as { history?: unknown };
	if (format === 'json') saveJson(record.title, [record]);
	else if (format === 'text')
		download(fileName(record.title, 'txt'), asText(history, names), 'text/plain');
	else
		download(
			fileName(record.title, 'md'),
			asMarkdown(record.title, history, names),
			'text/markdown'
		);
}

export async function downloadChats(ids: string[]) {
	const records: ChatRecord[] = [];
	for (const id of ids) records.push(await api.getChat(id));
	saveJson(`chats-${today()}`, records);
}

export async function downloadFolder(id: string, name: string) {
	saveJson(name, await folderChatRecords(id));
}

export async function downloadAll() {
	const [chats, archived] = await Promise.all([
		library.allChatRecords(),
		library.allArchivedRecords()
	]);
	saveJson(`chats-${today()}`, [...chats, ...archived]);
}

export async function downloadArchived() {
	saveJson(`archived-chats-${today()}`, await library.allArchivedRecords());
}
