/** What the helper answers when it is asked to go on with a text. */

/** A text in the JSON that the helper wraps it in; empty when there is none. */
export function wordsIn(answer: string, key: 'text' | 'title'): string {
	const json = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
	try {
		const found = (JSON.parse(json) as Record<string, unknown>)[key];
		return typeof found === 'string' ? found : '';
	} catch {
		return '';
	}
}

/** The continuation: the `text` of the JSON in the answer, on one line, without what is there already. */
export function continuationOf(answer: string, typed: string): string {
	let text = wordsIn(answer, 'text');
	if (text.startsWith(typed)) text = text.slice(typed.length);
	const line = text.split('\n')[0]!.trimEnd();
	const rest = line.trimStart();
	if (!rest || /\s$/.test(typed)) return rest;
	// A sign of its own follows at once, a word after a space.
	return /^[.,;:!?)]/.test(line) ? line : ` ${rest}`;
}
