/** What goes along with messages: pictures, files, and references to things kept on the server. */
import type { Attachment } from './types';

/** How a file of the server looks in its answers; only what is used here. */
export interface StoredFile {
	id: string;
	filename: string;
	meta?: { name?: string; content_type?: string | null; size?: number; collection_name?: string };
	[key: string]: unknown;
}

export const isImage = (item: Attachment): boolean =>
	item.type === 'image' || (item.content_type ?? '').startsWith('image/');

/** An uploaded picture: the model gets it through the file's id. */
export const imageOf = (file: StoredFile): Attachment => ({
	type: 'image',
	id: file.id,
	url: file.id,
	name: file.meta?.name ?? file.filename,
	content_type: file.meta?.content_type ?? 'image/*',
	size: file.meta?.size
});

/** An uploaded document. */
export const documentOf = (file: StoredFile): Attachment => ({
	type: 'file',
	id: file.id,
	url: file.id,
	file,
	name: file.meta?.name ?? file.filename,
	content_type: file.meta?.content_type ?? undefined,
	collection_name: file.meta?.collection_name ?? `file-${file.id}`,
	status: 'uploaded',
	size: file.meta?.size
});

/** What a provider's `image_url` parts name: file ids (the server reads them) or data URLs. */
export const imageUrls = (files: Attachment[] = []): string[] =>
	files.filter(isImage).flatMap((f) => f.url || f.id || []);

/** Where the browser finds a picture. Undefined for addresses on other hosts. */
export function imageSource(item: Attachment): string | undefined {
	const url = item.url || item.id || '';
	if (url.startsWith('data:image/') || url.startsWith('blob:')) return url;
	if (/^\/(?!\/)/.test(url)) return url;
	return /^[\w-]+$/.test(url) ? `/api/v1/files/${url}/content` : undefined;
}

/** Everything but pictures, each once: the context the server puts together. */
export function contextFiles(files: Attachment[]): Attachment[] {
	const seen = new Set<string>();
	return files.filter((item) => {
		if (isImage(item)) return false;
		const key = JSON.stringify([item.type, item.id ?? item.url ?? item.name]);
		return !seen.has(key) && seen.add(key);
	});
}

/** The name for a long pasted text that becomes a file. */
export function pastedName(text: string, taken: Iterable<string>): string {
	const names = new Set(taken);
	const ending = /^\s*[[{]/.test(text) && isJson(text) ? 'json' : 'txt';
	let n = 1;
	while (names.has(`Pasted text ${n}.${ending}`)) n += 1;
	return `Pasted text ${n}.${ending}`;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
