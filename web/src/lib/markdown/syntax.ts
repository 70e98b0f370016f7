/** What our Markdown knows beyond GFM: formulas, footnotes, folds, citations, mentions. Tokens only, no HTML. */
import { Marked, type TokenizerAndRendererExtension, type Token, type Tokens } from 'marked';
import { leading, type Mention } from '$lib/channels/mentions';

export interface MathToken extends Tokens.Generic {
	type: 'math';
	text: string;
	display: boolean;
}
export interface FootnoteToken extends Tokens.Generic {
	type: 'footnote';
	label: string;
	tokens: Token[];
}
export interface FoldToken extends Tokens.Generic {
	type: 'fold';
	open: boolean;
	summary: Token[];
	tokens: Token[];
}

const math = (raw: string, text: string, display: boolean): MathToken => ({
	type: 'math',
	raw,
	text: text.trim(),
	display
});

/** `$$…$$` and `\[…\]` that stand for themselves. */
const blockMath: TokenizerAndRendererExtension = {
	name: 'math',
	level: 'block',
	start: (source) => /(?:^|\n) {0,3}(?:\$\$|\\\[)/.exec(source)?.index,
	tokenizer(source) {
		const found = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/.exec(source);
		const text = found?.[1] ?? found?.[2];
		if (!found || !text?.trim() || /\n\s*\n/.test(text)) return undefined;
		return math(found[0], text, true);
	}
};

/**
 * `$…$` begins before and ends after something that is no space, and no digit follows: prices stay prices.
 */
const INLINE_MATH =
	/^(?:\$\$((?:\\[\s\S]|[^$\\])+?)\$\$|\$(?![\s$])((?:\\[\s\S]|[^$\\\n])*?[^\s\\$]|\\[^\s])\$(?!\d)|\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\])/;
const inlineMath: TokenizerAndRendererExtension = {
	name: 'inlineMath',
	level: 'inline',
	start: (source) => /\$|\\[([]/.exec(source)?.index,
	tokenizer(source) {
		const found = INLINE_MATH.exec(source);
		if (!found) return undefined;
		const display = found[1] ?? found[4];
		const text = display ?? found[2] ?? found[3] ?? '';
		return text.trim() ? math(found[0], text, display !== undefined) : undefined;
	}
};

const footnoteReference: TokenizerAndRendererExtension = {
	name: 'footnoteReference',
	level: 'inline',
	start: (source) => source.indexOf('[^'),
	tokenizer(source) {
		const found = /^\[\^([^\]\s^]{1,40})\](?!:)/.exec(source);
		return found ? { type: 'footnoteReference', raw: found[0], label: found[1] } : undefined;
	}
};

const footnote: TokenizerAndRendererExtension = {
	name: 'footnote',
	level: 'block',
	start: (source) => /(?:^|\n)\[\^/.exec(source)?.index,
	tokenizer(source) {
		// The definition, and the indented lines that go on with it.
		const found = /^\[\^([^\]\s^]{1,40})\]:[ \t]*([^\n]*(?:\n[ \t]+[^\n]+)*)(?:\n+|$)/.exec(source);
		if (!found) return undefined;
		const text = (found[2] ?? '').replace(/\n[ \t]+/g, '\n');
		const token = { type: 'footnote', raw: found[0], label: found[1], tokens: [] as Token[] };
		this.lexer.inline(text, token.tokens);
		return token;
	}
};

/** A whole `<details>` with Markdown inside. */
const fold: TokenizerAndRendererExtension = {
	name: 'fold',
	level: 'block',
	start: (source) => /(?:^|\n) {0,3}<details[\s>]/i.exec(source)?.index,
	tokenizer(source) {
		const opening = /^ {0,3}<details(\s[^>]*)?>/i.exec(source);
		if (!opening) return undefined;
		const end = closingOf(source, opening[0].length);
		if (end === undefined) return undefined;
		const raw = /^[ \t]*\n?/.exec(source.slice(end))![0];
		const inner = source.slice(opening[0].length, end - '</details>'.length);
		const head = /^\s*<summary>([\s\S]*?)<\/summary>/i.exec(inner);
		const token: FoldToken = {
			type: 'fold',
			raw: source.slice(0, end) + raw,
			open: /\sopen\b/i.test(opening[1] ?? ''),
			summary: [],
			tokens: this.lexer.blockTokens(inner.slice(head?.[0].length ?? 0).replace(/^\s*\n/, ''), [])
		};
		this.lexer.inline((head?.[1] ?? '').trim(), token.summary);
		return token;
	}
};

/** The end of the `</details>` that belongs to the one already open. */
function closingOf(source: string, from: number): number | undefined {
	const tags = /<(\/?)details(?:\s[^>]*)?>/gi;
	tags.lastIndex = from;
	let depth = 1;
	for (let tag = tags.exec(source); tag; tag = tags.exec(source)) {
		depth += tag[1] ? -1 : 1;
		if (depth === 0) return tags.lastIndex;
	}
	return undefined;
}

/** `[3]`, `[1, 2]`: numbers of sources. What is too high is left alone when it is shown. */
const citation: TokenizerAndRendererExtension = {
	name: 'citation',
	level: 'inline',
	start: (source) => /\[\d/.exec(source)?.index,
	tokenizer(source) {
		const found = /^\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?![([:])/.exec(source);
		if (!found) return undefined;
		return { type: 'citation', raw: found[0], numbers: found[1]!.split(',').map(Number) };
	}
};

export interface MentionToken extends Tokens.Generic {
	type: 'mention';
	mention: Mention;
}

/** People, models and channels that a message of a channel names. */
const mention: TokenizerAndRendererExtension = {
	name: 'mention',
	level: 'inline',
	start: (source) => /<[@#][UMC]:/.exec(source)?.index,
	tokenizer(source) {
		const found = leading(source);
		return found ? { type: 'mention', ...found } : undefined;
	}
};

export const markdown = new Marked({ gfm: true, breaks: false });
markdown.use({
	extensions: [blockMath, inlineMath, footnoteReference, footnote, fold, citation, mention]
});

export const lex = (text: string): Token[] => markdown.lexer(text);
