/** A passage as a Markdown quotation, with room for one's own words below. */
export const quoteOf = (text: string): string =>
	text
		.trim()
		.split(/\r?\n/)
		.map((line) => (line.trim() ? `> ${line}` : '>'))
		.join('\n') + '\n\n';

/** A draft with something put in front of, or after, what is there. */
export const withQuote = (draft: string, quote: string): string =>
	draft.trim() ? `${draft.trimEnd()}\n\n${quote}` : quote;
