/** Brings chats from files into the account. */
import * as library from '$lib/api/library';
import { t, tn } from '$lib/i18n/index.svelte';
import { chats } from '$lib/state/chats.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { chatsIn } from './formats';

/** Chats and bytes of one request: servers and proxies limit how much they take at once. */
const BATCH = 40;
const BATCH_BYTES = 4_000_000;

async function parse(file: File): Promise<unknown> {
	try {
		return JSON.parse(await file.text());
	} catch {
		throw new Error(t('transfer.notJson', { name: file.name }));
	}
}

/** Groups that are small enough for one request each. */
export function batches<T>(items: T[], most = BATCH, bytes = BATCH_BYTES): T[][] {
	const groups: T[][] = [];
	let size = 0;
	for (const item of items) {
		const length = JSON.stringify(item).length;
		const last = groups.at(-1);
		if (last && last.length < most && size + length <= bytes) {
			last.push(item);
			size += length;
		} else {
			groups.push([item]);
			size = length;
		}
	}
	return groups;
}

/** Keeps the chats of these files. Gives how many there were; throws what stands in the way. */
export async function importChatFiles(
	files: File[],
	folderId: string | null = null,
	onProgress: (done: number, of: number) => void = () => {}
): Promise<number> {
	const parsed = await Promise.all(files.map(parse));
	const found = parsed.flatMap((file) => chatsIn(file));
	if (found.length === 0) throw new Error(t('transfer.noChats'));
	if (folderId) for (const chat of found) chat.folder_id = folderId;
	let done = 0;
	onProgress(0, found.length);
	for (const batch of batches(found)) {
		await library.importChats(batch);
		done += batch.length;
		onProgress(done, found.length);
	}
	await chats.refresh();
	toasts.show('success', tn('transfer.imported', done));
	return done;
}
