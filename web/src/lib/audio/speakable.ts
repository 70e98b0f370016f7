/** An answer as one would read it out: no code, no thinking, no signs of Markdown; cut into pieces for a voice. */
import type { Token, Tokens } from 'marked';
import { proseOf, unescapeHtml } from '$lib/chat/segments';
import { lex, type FoldToken, type MathToken } from '$lib/markdown/syntax';

/** Where the server wants answers to be cut: `AUDIO_TTS_SPLIT_ON`. */
export type SplitOn = 'punctuation' | 'paragraphs' | 'none';

/** A sentence shorter than this is spoken together with the next one: "Dr." is no sentence, and pauses cost time. */
const SHORT = 40;
/** Services refuse longer texts. */
const LONGEST = 4000;

export function piecesOf(content: string, splitOn: SplitOn): string[] {
	const paragraphs = lex(proseOf(content)).flatMap(paragraphsIn).map(tidy).filter(Boolean);
	if (splitOn === 'paragraphs')
		return paragraphs.flatMap((paragraph) => join(sentencesOf(paragraph), LONGEST));
	return join(paragraphs.flatMap(sentencesOf), splitOn === 'none' ? LONGEST : SHORT);
}

/** Puts pieces together until they are long enough. */
function join(parts: string[], enough: number): string[] {
	const joined: string[] = [];
	for (const part of parts) {
		const last = joined.at(-1);
		if (last !== undefined && last.length < enough && last.length + part.length <= LONGEST)
			joined[joined.length - 1] = last + part;
		else joined.push(part);
	}
	return joined.map((text) => text.trim());
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const sentencesOf = (paragraph: string): string[] =>
	Array.from(segmenter.segment(`${paragraph}\n`), ({ segment }) => segment);

/** Voices name each picture sign, and read over the end of a line that has no full stop. */
function tidy(text: string): string {
	const plain = text
		.replace(/[\p{Extended_Pictographic}\u200D\uFE0F]/gu, '')
		.replace(/\s+/g, ' ')
		.replace(/ (?=[.,;:!?])/g, '')
		.trim();
	if (!/[\p{L}\p{N}]/u.test(plain)) return '';
	return /\p{P}$/u.test(plain) ? plain : `${plain}.`;
}

function paragraphsIn(token: Token): string[] {
	switch (token.type) {
		case 'list':
			return (token as Tokens.List).items.flatMap(({ tokens }) => tokens.flatMap(paragraphsIn));
		case 'blockquote':
			return (token.tokens ?? []).flatMap(paragraphsIn);
		case 'table': {
			const { header, rows } = token as Tokens.Table;
			return [header, ...rows].map((cells) => cells.map(({ tokens }) => inline(tokens)).join(', '));
		}
		case 'fold': {
			const { summary, tokens } = token as FoldToken;
			return [inline(summary), ...tokens.flatMap(paragraphsIn)];
		}
		case 'html':
			return [withoutTags((token as Tokens.HTML).text)];
		case 'math':
			return [formula((token as MathToken).text)];
		case 'heading':
		case 'paragraph':
		case 'text':
			return [inline([token])];
		default:
			return [];
	}
}

const inline = (tokens: Token[]): string => tokens.map(wordsOf).join('');

function wordsOf(token: Token): string {
	switch (token.type) {
		case 'link': {
			const { tokens, href } = token as Tokens.Link;
			const words = inline(tokens);
			return words === href ? hostOf(href) : words;
		}
		case 'codespan':
		case 'escape':
		case 'image':
			return unescapeHtml((token as Tokens.Codespan).text);
		case 'br':
			return ' ';
		case 'math':
			return formula((token as MathToken).text);
		case 'text':
			if (!token.tokens) return unescapeHtml((token as Tokens.Text).text).replace(ALERT, '');
	}
	return 'tokens' in token ? inline(token.tokens ?? []) : '';
}

/** The sign that makes a quotation a warning or a note. */
const ALERT = /^\[!\w+\]/;

/** An address is no pleasure to hear. */
function hostOf(href: string): string {
	try {
		return new URL(href).hostname;
	} catch {
		return href;
	}
}

/** What is as simple as `x = 2` can be spoken; the commands of a longer formula cannot. */
const formula = (text: string): string => (/[\\{}]/.test(text) ? '' : text.replace(/[_^]/g, ' '));

const withoutTags = (html: string): string =>
	unescapeHtml(html.replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' '));
