/** Puts what was said into what is written. */

/** Scripts that put no space between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

const isUnspaced = (letter: string | undefined): boolean => !!letter && UNSPACED.test(letter);

/** The text with words at the caret, apart from what stands beside them; nothing is replaced. */
export function withWords(text: string, at: number, words: string) {
	const [before, after] = [text.slice(0, at), text.slice(at)];
	const unspaced = isUnspaced(before.at(-1)) || isUnspaced(words[0]);
	const opening = /[^\s([{"'“‘«¿¡]$/u.test(before) && !unspaced ? ' ' : '';
	const closing = /^[\p{L}\p{N}]/u.test(after) && !isUnspaced(after[0]) ? ' ' : '';
	const added = `${opening}${words}${closing}`;
	return { text: before + added + after, caret: at + added.length };
}
