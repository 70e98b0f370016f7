/** Suggestions on an empty chat, as they are kept and as files bring them. */
export interface Suggestion {
	/** Two lines: the beginning in bold words, the rest quietly. */
	title: [string, string];
	content: string;
}

export const EMPTY: Suggestion = { title: ['', ''], content: '' };

/** Reads a list from wherever it comes; what has no text to send is left out. */
export function readSuggestions(value: unknown): Suggestion[] {
	if (!Array.isArray(value)) return [];
	return value.flatMap((item: unknown) => {
		const { title, content } = (item ?? {}) as { title?: unknown; content?: unknown };
		if (typeof content !== 'string' || !content.trim()) return [];
		const lines = Array.isArray(title) ? title : [title];
		const line = (index: number) => (typeof lines[index] === 'string' ? lines[index] : '');
		return [{ title: [line(0), line(1)], content }];
	});
}

/** Chinese and Japanese write words without spaces between them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Whether a suggestion goes on with what somebody has begun to write: each word begins one of its words. */
export function goesWith({ title, content }: Suggestion, typed: string): boolean {
	const own = [...title, content].join(' ').toLowerCase();
	const words = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
	const known = words(own);
	return words(typed.toLowerCase()).every((word) =>
		UNSPACED.test(word) ? own.includes(word) : known.some((other) => other.startsWith(word))
	);
}
