/**
 * The words of what goes along with messages, put in front of the messages they belong to. The server keeps
 * such things but does not give them to models yet; once it does, this goes.
 */
import { isImage } from './attachments';
import { branch } from './history';
import type { Attachment, History } from './types';

/** Most letters of one thing, and of all together. */
const LONGEST = 120_000;
const LONGEST_IN_ALL = 400_000;

export const keyOf = (item: Attachment): string => `${item.type}:${item.id ?? item.name ?? ''}`;

/** Everything on a branch that has words, each thing once. */
export function itemsWithWords(history: History, leaf: string, chatFiles: Attachment[]) {
	const all = [...chatFiles, ...branch(history, leaf).flatMap((m) => m.files ?? [])];
	const byKey = new Map<string, Attachment>();
	for (const item of all) if (!isImage(item)) byKey.set(keyOf(item), item);
	return [...byKey.values()];
}

/** Texts as a model reads them, apart from what the person says. */
export function asContext(items: Attachment[], texts: ReadonlyMap<string, string>): string {
	const parts: string[] = [];
	let left = LONGEST_IN_ALL;
	for (const item of items) {
		const text = texts.get(keyOf(item))?.trim();
		if (!text || left <= 0) continue;
		const shown = text.slice(0, Math.min(LONGEST, left));
		left -= shown.length;
		const cut = shown.length < text.length ? '\n[…]' : '';
		const name = (item.name ?? '').replace(/["<>\n]/g, ' ');
		parts.push(`<attachment name="${name}">\n${shown}${cut}\n</attachment>`);
	}
	return parts.join('\n\n');
}

interface Sent {
	role: string;
	content: unknown;
}

/** The conversation with the words of its attachments: those of the chat stand before the first question. */
export function withContext(
	messages: Sent[],
	history: History,
	leaf: string,
	chatFiles: Attachment[],
	texts: ReadonlyMap<string, string>
): Sent[] {
	const questions = branch(history, leaf).filter((m) => m.role === 'user');
	let index = -1;
	return messages.map((message) => {
		if (message.role !== 'user') return message;
		index += 1;
		const own = (questions[index]?.files ?? []).filter((item) => !isImage(item));
		const context = asContext(index === 0 ? [...chatFiles, ...own] : own, texts);
		return context ? { ...message, content: before(context, message.content) } : message;
	});
}

function before(context: string, content: unknown): unknown {
	if (typeof content === 'string') return `${context}\n\n${content}`;
	if (!Array.isArray(content)) return content;
	return content.map((part: { type?: string; text?: string }) =>
		part.type === 'text' ? { ...part, text: `${context}\n\n${part.text ?? ''}` } : part
	);
}
