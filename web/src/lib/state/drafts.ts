/** Unsent text, per chat, kept in this browser. */
const key = (chatId: string | null) => `transom.draft.${chatId ?? 'new'}`;

export const drafts = {
	get: (chatId: string | null): string => localStorage.getItem(key(chatId)) ?? '',
	set(chatId: string | null, text: string) {
		if (text.trim()) localStorage.setItem(key(chatId), text);
		else localStorage.removeItem(key(chatId));
	}
};
