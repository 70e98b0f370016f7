/** Signs in the composer that open a menu: `/` prompts, `@` models, `#` things to refer to. */
export type TriggerKind = 'prompt' | 'model' | 'reference';

export interface Trigger {
	kind: TriggerKind;
	/** What was typed after the sign. */
	query: string;
	/** Where sign and query stand in the text. */
	from: number;
	to: number;
}

const KINDS: Record<string, TriggerKind> = { '/': 'prompt', '@': 'model', '#': 'reference' };
/** Names may hold spaces, but a sentence is no name. */
const LONGEST = 40;

/** The sign the caret stands behind, if any. It begins the text or follows a space. */
export function triggerAt(text: string, caret: number): Trigger | undefined {
	const before = text.slice(Math.max(0, caret - LONGEST), caret);
	const found = /(?:^|\s)([/@#])([^\s/@#]*)$/.exec(before);
	if (!found) return undefined;
	const query = found[2]!;
	const from = caret - query.length - 1;
	// The cut may have gone through a longer word.
	if (from > 0 && !/\s/.test(text[from - 1]!)) return undefined;
	return { kind: KINDS[found[1]!]!, query, from, to: caret };
}

/** The text without sign and query, or with something in their place. */
export function replaceTrigger(text: string, { from, to }: Pick<Trigger, 'from' | 'to'>, by = '') {
	return { text: text.slice(0, from) + by + text.slice(to), caret: from + by.length };
}

/** How well a name fits what was typed: lower is better, undefined is not at all. */
export function fit(name: string, query: string): number | undefined {
	const [whole, part] = [name.toLowerCase(), query.toLowerCase()];
	if (!part) return 0;
	if (whole.startsWith(part)) return 0;
	const at = whole.indexOf(part);
	if (at > 0) return /[\s\-_:/.]/.test(whole[at - 1]!) ? 1 : 2;
	// All letters in order, as in "gpt4m" for "gpt-4-mini".
	let from = 0;
	for (const letter of part) {
		from = whole.indexOf(letter, from) + 1;
		if (from === 0) return undefined;
	}
	return 3;
}

/** What fits, best first; equals stay in their order. */
export function best<T>(items: T[], query: string, nameOf: (item: T) => string[], most = 30): T[] {
	return items
		.flatMap((item) => {
			const ranks = nameOf(item).flatMap((name) => fit(name, query) ?? []);
			return ranks.length ? [{ item, rank: Math.min(...ranks) }] : [];
		})
		.sort((a, b) => a.rank - b.rank)
		.slice(0, most)
		.map(({ item }) => item);
}
