/** What a bookmark of the start page may ask for. */
export interface Wish {
	models: string[];
	/** Sent at once. */
	question: string;
	temporary: boolean | undefined;
}

/** The entries of a text with commas between them. */
export const listOf = (value: string | null | undefined): string[] =>
	(value ?? '')
		.split(',')
		.map((item) => item.trim())
		.filter(Boolean);

export function wishOf(search: URLSearchParams): Wish {
	const temporary = search.get('temporary-chat');
	return {
		models: [...new Set([...listOf(search.get('models')), ...listOf(search.get('model'))])],
		question: search.get('q') ?? '',
		temporary: temporary === null ? undefined : temporary === 'true'
	};
}

/** The parameters that have been acted on; what others read stays. */
export const WISHES = ['models', 'model', 'q', 'temporary-chat'];
