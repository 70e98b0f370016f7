/** Words and characters, in languages with and without spaces. */
export function count(text: string, locale: string): { words: number; characters: number } {
	const characters = [...text.replace(/\n/g, '')].length;
	let words = 0;
	for (const part of new Intl.Segmenter(locale, { granularity: 'word' }).segment(text))
		if (part.isWordLike) words += 1;
	return { words, characters };
}
