/**
 * Mentions of people, models and channels. A message keeps them as `<@U:id|label>`; whoever writes one sees and
 * edits `@label`, and both forms turn into each other here.
 */
import { replaceTrigger, type Trigger } from '$lib/chat/triggers';

export type MentionKind = 'U' | 'M' | 'C';

export interface Mention {
	kind: MentionKind;
	id: string;
	label: string;
}

/** Other clients write channels with a hash in front. */
const STORED = /<[@#]([UMC]):([^|<>\n]+)(?:\|([^<>\n]*))?>/g;

const signOf = (kind: MentionKind): string => (kind === 'C' ? '#' : '@');

/** What the kept form cannot hold is left out of a label. */
const clean = (label: string): string =>
	label
		.replace(/[<>|\s]+/g, ' ')
		.replace(/^[@#]/, '')
		.trim();

export const mention = (kind: MentionKind, id: string, label: string): Mention => ({
	kind,
	id,
	label: clean(label) || id
});

/** As people read and type it. */
export const shown = ({ kind, label }: Mention): string => signOf(kind) + label;
const stored = ({ kind, id, label }: Mention): string => `<@${kind}:${id}|${label}>`;

const read = ([, kind, id, label]: RegExpMatchArray): Mention =>
	mention(kind as MentionKind, id!, label ?? id!);

const FIRST = new RegExp(`^${STORED.source}`);

/** The mention that a text begins with, and its raw form. */
export function leading(text: string): { raw: string; mention: Mention } | undefined {
	const found = FIRST.exec(text);
	return found ? { raw: found[0], mention: read(found) } : undefined;
}

/** Every mention of a message, in its order. */
export const mentionsIn = (content: string): Mention[] => [...content.matchAll(STORED)].map(read);

/** A message as text: mentions as they are read. */
export const plainText = (content: string): string =>
	content.replace(STORED, (...found) => shown(read(found as unknown as RegExpMatchArray)));

export interface Typed {
	text: string;
	mentions: Mention[];
}

/** A message as it is edited. */
export const typed = (content: string): Typed => ({
	text: plainText(content),
	mentions: mentionsIn(content)
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What is kept of what was typed. A name that goes on with a letter is another word. */
export function content({ text, mentions }: Typed): string {
	const byText = new Map(mentions.map((one) => [shown(one), one]));
	if (byText.size === 0) return text;
	const names = [...byText.keys()].sort((a, b) => b.length - a.length).map(escaped);
	const any = new RegExp(`(?<![\\p{L}\\p{N}])(?:${names.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
	return text.replace(any, (name) => stored(byText.get(name)!));
}

/** The text with a mention in place of what was typed to find it. */
export function insert(typed: Typed, trigger: Trigger, chosen: Mention) {
	const { text, caret } = replaceTrigger(typed.text, trigger, `${shown(chosen)} `);
	const mentions = typed.mentions.filter((one) => shown(one) !== shown(chosen));
	return { typed: { text, mentions: [...mentions, chosen] }, caret };
}

/** Whether a message calls somebody by name. */
export const mentions = (content: string, userId: string | undefined): boolean =>
	mentionsIn(content).some(({ kind, id }) => kind === 'U' && id === userId);

/**
 * People end a line where they want one to end, which Markdown reads as a space: two spaces keep it. Code stays
 * as it is.
 */
export function withLineBreaks(text: string): string {
	let fence = '';
	const lines = text.split('\n');
	return lines
		.map((line, index) => {
			const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
			if (mark && !fence) fence = mark;
			else if (mark && mark.startsWith(fence) && line.trim() === mark) fence = '';
			const next = lines[index + 1];
			const breaks = !fence && !mark && line.trim() && next?.trim() && !/ {2}$|\\$/.test(line);
			return breaks ? `${line}  ` : line;
		})
		.join('\n');
}
