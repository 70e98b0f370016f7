/** What people type into the search: words, and operators such as `tag:travel`. */
export const OPERATORS = ['tag', 'folder', 'pinned', 'archived', 'shared'] as const;
export type Operator = (typeof OPERATORS)[number];

const OPERATOR = new RegExp(`^(${OPERATORS.join('|')}):`, 'i');

/** The words without operators: what hits are marked by. */
export const wordsOf = (query: string): string[] =>
	query.split(/\s+/).filter((word) => word && !OPERATOR.test(word));

/** The text a new chat or note would begin with. */
export const plainText = (query: string): string => wordsOf(query).join(' ');

export const hasOperator = (query: string): boolean =>
	query.split(/\s+/).some((word) => OPERATOR.test(word));

/** The word the cursor is in or just behind. */
export function wordAt(
	query: string,
	cursor: number
): { start: number; end: number; text: string } {
	const start = query.slice(0, cursor).search(/\S*$/);
	const rest = query.slice(cursor).search(/\s/);
	const end = rest < 0 ? query.length : cursor + rest;
	return { start, end, text: query.slice(start, end) };
}

export interface Known {
	tags: string[];
	folders: string[];
}

/** Names with spaces are searched with underscores in their place. */
const asWord = (name: string) => name.trim().toLowerCase().replaceAll(' ', '_');

/** What the word at the cursor could become. Nothing when it is an ordinary word. */
export function suggestions(query: string, cursor: number, known: Known): string[] {
	const { text } = wordAt(query, cursor);
	const typed = text.toLowerCase();
	const [name, value] = [typed.split(':')[0]!, typed.slice(typed.indexOf(':') + 1)];
	if (!typed.includes(':')) {
		if (!typed) return [];
		return OPERATORS.filter((operator) => operator.startsWith(typed)).map((o) => `${o}:`);
	}
	const values: Record<Operator, string[]> = {
		tag: [...known.tags.map(asWord), 'none'],
		folder: known.folders.map(asWord),
		pinned: ['true', 'false'],
		archived: ['true', 'false'],
		shared: ['true', 'false']
	};
	if (!(name in values)) return [];
	const fitting = values[name as Operator].filter((v) => v.includes(value) && v !== value);
	return [...new Set(fitting)].slice(0, 8).map((v) => `${name}:${v}`);
}

/** Puts a suggestion in the place of the word at the cursor. */
export function complete(
	query: string,
	cursor: number,
	word: string
): { query: string; cursor: number } {
	const { start, end } = wordAt(query, cursor);
	const space = word.endsWith(':') ? '' : ' ';
	const before = query.slice(0, start) + word + space;
	return { query: before + query.slice(end).trimStart(), cursor: before.length };
}
