/** Marks where words stand in a text. */
export interface Piece {
	text: string;
	hit: boolean;
}

const escape = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function highlight(text: string, words: string[]): Piece[] {
	const wanted = words.filter(Boolean).sort((a, b) => b.length - a.length);
	if (wanted.length === 0 || !text) return text ? [{ text, hit: false }] : [];
	// Splitting by a group gives what stands between the hits and the hits in turn.
	return text
		.split(new RegExp(`(${wanted.map(escape).join('|')})`, 'gi'))
		.map((piece, index) => ({ text: piece, hit: index % 2 === 1 }))
		.filter((piece) => piece.text);
}

/** A part of a long text: around the first hit, or its beginning. */
export function excerpt(text: string, words: string[], length = 240): string {
	const flat = text.replace(/\s+/g, ' ').trim();
	const lower = flat.toLowerCase();
	const hits = words.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0);
	const first = hits.length ? Math.min(...hits) : 0;
	const start = Math.max(0, Math.min(first - 60, flat.length - length));
	const part = flat.slice(start, start + length);
	return (start > 0 ? '…' : '') + part + (start + length < flat.length ? '…' : '');
}

export const contains = (text: string, words: string[]): boolean => {
	const lower = text.toLowerCase();
	return words.some((word) => lower.includes(word.toLowerCase()));
};
