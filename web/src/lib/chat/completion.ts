/** What the helper answers when it is asked to go on with a text. */

/** The continuation: the `text` of the JSON in the answer, on one line, without what is there already. */
export function continuationOf(answer: string, typed: string): string {
	const json = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
	let text = '';
	try {
		const { text: found } = JSON.parse(json) as { text?: unknown };
		text = typeof found === 'string' ? found : '';
	} catch {
		return '';
	}
	if (text.startsWith(typed)) text = text.slice(typed.length);
	const line = text.split('\n')[0]!.trimEnd();
	const rest = line.trimStart();
	if (!rest || /\s$/.test(typed)) return rest;
	// A sign of its own follows at once, a word after a space.
	return /^[.,;:!?)]/.test(line) ? line : ` ${rest}`;
}
