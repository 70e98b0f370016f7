/** What an answer refers to. Numbers follow the server's rule: one for each distinct place, in order. */

export interface Excerpt {
	text: string;
	/** Page of a document, from 1. */
	page?: number;
	/** 0 to 1; only when the store gave one. */
	relevance?: number;
}

export interface Reference {
	number: number;
	name: string;
	/** An address on the web or on this server. */
	url?: string;
	/** A file kept on the server. */
	fileId?: string;
	excerpts: Excerpt[];
}

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields =>
	typeof value === 'object' && value !== null ? (value as Fields) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function referencesOf(sources: unknown[] | undefined): Reference[] {
	const byKey = new Map<string, Reference>();
	for (const raw of sources ?? []) {
		const entry = fields(raw);
		const source = fields(entry.source);
		const documents = Array.isArray(entry.document) ? entry.document : [];
		const metadata = Array.isArray(entry.metadata) ? entry.metadata : [];
		const distances = Array.isArray(entry.distances) ? entry.distances : [];
		// A source without documents is still a source.
		const count = Math.max(1, documents.length);
		for (let i = 0; i < count; i++) {
			const about = fields(metadata[i]);
			const key = text(about.source) || text(source.id) || 'N/A';
			let reference = byKey.get(key);
			if (!reference) {
				reference = describe(byKey.size + 1, key, source, about);
				byKey.set(key, reference);
			}
			if (typeof documents[i] === 'string') {
				reference.excerpts.push(excerpt(documents[i], about, distances[i]));
			}
		}
	}
	return [...byKey.values()];
}

function describe(number: number, key: string, source: Fields, about: Fields): Reference {
	const url = [about.source, about.url, source.url, ...[source.urls].flat()]
		.map(text)
		.find((u) => /^https?:\/\//.test(u));
	return {
		number,
		name: text(about.name) || text(about.title) || text(source.name) || url || key,
		url,
		fileId: text(about.file_id) || (source.type === 'file' ? text(source.id) : '') || undefined,
		excerpts: []
	};
}

function excerpt(document: string, about: Fields, distance: unknown): Excerpt {
	const page = typeof about.page === 'number' ? about.page + 1 : undefined;
	const relevance =
		typeof distance === 'number' && distance >= 0 && distance <= 1 ? distance : undefined;
	return { text: document, page, relevance };
}

/** The host of an address, as people know sites. */
export function hostOf(url: string): string {
	try {
		return new URL(url).hostname.replace(/^www\./, '');
	} catch {
		return url;
	}
}
