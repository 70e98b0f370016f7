/** Fetches the words of what goes along with messages. */
import { getChat } from '$lib/api';
import { fileContent, noteText } from '$lib/api/files';
import { getFolder } from '$lib/api/folders';
import { keyOf } from '$lib/chat/context';
import { branch, normalizeHistory } from '$lib/chat/history';
import { withoutReasoning } from '$lib/chat/segments';
import type { Attachment } from '$lib/chat/types';

/** Texts of files do not change; those of notes and chats do. */
const files = new Map<string, string>();

export async function textsOf(items: Attachment[]): Promise<Map<string, string>> {
	const found = await Promise.all(
		items.map(async (item) => [keyOf(item), await textOf(item).catch(() => '')] as const)
	);
	return new Map(found);
}

async function textOf(item: Attachment): Promise<string> {
	if (typeof item.content === 'string') return item.content;
	if (!item.id) return '';
	if (item.type === 'note') return noteText(item.id);
	if (item.type === 'chat') return transcript(item.id);
	if (item.type === 'folder') return folder(item.id);
	if (item.type !== 'file') return '';
	const known = files.get(item.id) ?? (await fileContent(item.id));
	files.set(item.id, known);
	return known;
}

/** The files that a folder gives to its chats. */
async function folder(id: string): Promise<string> {
	const items = ((await getFolder(id)).data?.files ?? []) as Attachment[];
	const texts = await Promise.all(items.map((item) => textOf(item).catch(() => '')));
	return texts.filter(Boolean).join('\n\n');
}

async function transcript(id: string): Promise<string> {
	const { chat } = await getChat(id);
	return branch(normalizeHistory((chat as { history?: unknown }).history))
		.map((m) => `${m.role.toUpperCase()}: ${withoutReasoning(m.content).trim()}`)
		.join('\n\n');
}
