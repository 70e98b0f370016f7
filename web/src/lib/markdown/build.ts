/** Markdown tokens to the nodes the page shows. Runs in the worker; nothing here touches the DOM. */
import { type Token, type Tokens } from 'marked';
import { chunkLines } from './highlight-lines';
import { ALERT_TONES, type AlertTone, type Align, type Node } from './nodes';
import {
	markdown,
	type FoldToken,
	type FootnoteToken,
	type MathToken,
	type MentionToken
} from './syntax';
import { shown } from '$lib/channels/mentions';

export interface BuildOptions {
	/** Numbers up to this one in brackets are citations. */
	sources: number;
	/** Turns a formula into HTML. Undefined until KaTeX is there. */
	math?: (text: string, display: boolean) => string;
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

let options: BuildOptions = { sources: 0 };

markdown.use({
	extensions: [
		{ name: 'math', renderer: (token) => mathHtml(token as MathToken) },
		{
			name: 'footnoteReference',
			renderer: ({ label }) =>
				`<sup><a href="#footnote" data-footnote="${escapeHtml(label)}">${escapeHtml(label)}</a></sup>`
		},
		{ name: 'citation', renderer: (token) => citationHtml(token.raw, token.numbers as number[]) },
		{ name: 'mention', renderer: (token) => mentionHtml(token as MentionToken) }
	],
	renderer: {
		checkbox: ({ checked }) => `<input type="checkbox" disabled${checked ? ' checked' : ''}> `
	}
});

function mathHtml(token: MathToken): string {
	if (!options.math) return `<code>${escapeHtml(token.raw.trim())}</code>`;
	return options.math(token.text, token.display);
}

function citationHtml(raw: string, numbers: number[]): string {
	if (numbers.some((n) => n < 1 || n > options.sources)) return escapeHtml(raw);
	return numbers.map((n) => `<a href="#source" data-source="${n}">${n}</a>`).join('');
}

function mentionHtml({ mention }: MentionToken): string {
	const text = escapeHtml(shown(mention));
	if (mention.kind !== 'C') return `<span data-mention="${mention.kind}">${text}</span>`;
	const href = `/channels/${encodeURIComponent(mention.id)}`;
	return `<a href="${href}" data-mention="C">${text}</a>`;
}

export function hasMath(tokens: Token[]): boolean {
	let found = false;
	markdown.walkTokens(tokens, (token) => {
		if (token.type === 'math') found = true;
	});
	return found || tokens.some((t) => t.type === 'fold' && hasMath((t as FoldToken).tokens));
}

/** The nodes of a token. What has no form of its own is HTML. */
export function build(token: Token, given: BuildOptions): Node {
	options = given;
	return node(token);
}

const blockHtml = (tokens: Token[]): string => markdown.parser(tokens);
const inlineHtml = (tokens: Token[]): string =>
	markdown.Parser.parseInline(tokens, markdown.defaults);
const visible = (tokens: Token[]): Token[] =>
	tokens.filter((t) => t.type !== 'space' && t.type !== 'def');
const nodes = (tokens: Token[]): Node[] => mergeHtml(visible(tokens).map(node));

function node(token: Token): Node {
	switch (token.type) {
		case 'code':
			return codeNode(token as Tokens.Code);
		case 'list':
			return listNode(token as Tokens.List);
		case 'blockquote':
			return quoteNode(token as Tokens.Blockquote);
		case 'table':
			return tableNode(token as Tokens.Table);
		case 'fold': {
			const { open, summary, tokens } = token as FoldToken;
			return { kind: 'fold', open, summary: inlineHtml(summary), children: nodes(tokens) };
		}
		case 'footnote': {
			const { label, tokens } = token as FootnoteToken;
			return { kind: 'footnote', label, html: inlineHtml(tokens) };
		}
		case 'text': {
			const text = token as Tokens.Text;
			return { kind: 'html', html: inlineHtml(text.tokens ?? [text]) };
		}
		default:
			return { kind: 'html', html: blockHtml([token]) };
	}
}

function codeNode(token: Tokens.Code): Node {
	const fence = /^ {0,3}(`{3,}|~{3,})/.exec(token.raw)?.[1];
	const closed = !fence || token.raw.trimEnd().endsWith(`\n${fence}`);
	const language = /^[^\s:{,]*/.exec(token.lang ?? '')![0];
	return {
		kind: 'code',
		language,
		closed,
		chunks: chunkLines(token.text).map((text) => ({ text }))
	};
}

function listNode(list: Tokens.List): Node {
	const items = list.items.map((item) => {
		const children = nodes(item.tokens);
		// Loose items get their box from the parser, tight ones do not.
		const boxed = item.tokens.some((t) => t.type === 'checkbox' || hasBox(t));
		if (item.task && !boxed) {
			const box = `<input type="checkbox" disabled${item.checked ? ' checked' : ''}> `;
			children.unshift({ kind: 'html', html: box });
			return mergeHtml(children);
		}
		return children;
	});
	const start = typeof list.start === 'number' ? list.start : 1;
	return { kind: 'list', ordered: list.ordered, start, items };
}

const hasBox = (token: Token): boolean =>
	((token as Tokens.Generic).tokens ?? []).some((t) => t.type === 'checkbox');

const ALERT = new RegExp(`^\\[!(${ALERT_TONES.join('|')})\\][ \\t]*(?:\\n|$)`, 'i');

function quoteNode(quote: Tokens.Blockquote): Node {
	const mark = ALERT.exec(quote.text);
	if (!mark) return { kind: 'quote', children: nodes(quote.tokens) };
	const tone = mark[1]!.toLowerCase() as AlertTone;
	const inner = markdown.lexer(quote.text.slice(mark[0].length));
	return { kind: 'alert', tone, children: nodes(inner) };
}

const tableNode = (table: Tokens.Table): Node => ({
	kind: 'table',
	align: table.align as Align[],
	head: table.header.map((cell) => inlineHtml(cell.tokens)),
	rows: table.rows.map((row) => row.map((cell) => inlineHtml(cell.tokens)))
});

/** The longest HTML that neighbours are joined to; more would take too long to show at once. */
const MERGE_LIMIT = 4000;

/** A letter of a script that is read from right to left. */
const RIGHT_TO_LEFT =
	/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Joins neighbours that are plain HTML: fewer, larger pieces are shown faster. What is read from right to left stays
 * alone, because each piece goes by its own first words.
 */
export function mergeHtml(list: Node[]): Node[] {
	const merged: Node[] = [];
	for (const item of list) {
		const last = merged.at(-1);
		const joins =
			item.kind === 'html' &&
			last?.kind === 'html' &&
			last.html.length + item.html.length < MERGE_LIMIT &&
			!RIGHT_TO_LEFT.test(last.html) &&
			!RIGHT_TO_LEFT.test(item.html);
		if (joins) merged[merged.length - 1] = { kind: 'html', html: last.html + item.html };
		else merged.push(item);
	}
	return merged;
}
