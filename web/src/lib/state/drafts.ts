/** What has not been sent yet, per chat, kept in this browser. */
import type { Attachment } from '$lib/chat/types';

export interface Draft {
	text: string;
	files: Attachment[];
}

const key = (chatId: string | null) => `transom.draft.${chatId ?? 'new'}`;
/** Pictures that were never uploaded are too large for this store. */
const LONGEST_URL = 4096;

const keepable = (file: Attachment): boolean =>
	file.status !== 'uploading' && !file.error && (file.url?.length ?? 0) < LONGEST_URL;

export const drafts = {
	get(chatId: string | null): Draft {
		const stored = localStorage.getItem(key(chatId));
		if (!stored) return { text: '', files: [] };
		try {
			const { text, files } = JSON.parse(stored) as Partial<Draft>;
			return { text: String(text ?? ''), files: Array.isArray(files) ? files : [] };
		} catch {
			// Older drafts are the text alone.
			return { text: stored, files: [] };
		}
	},
	set(chatId: string | null, { text, files }: Draft) {
		const kept = files.filter(keepable);
		if (!text && kept.length === 0) localStorage.removeItem(key(chatId));
		else {
			try {
				localStorage.setItem(key(chatId), JSON.stringify({ text, files: kept }));
			} catch {
				// The store is full or forbidden: the draft lives as long as the page.
			}
		}
	}
};
