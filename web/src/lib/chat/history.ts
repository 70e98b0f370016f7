/**
 * The message tree. Every function returns a new history and leaves the given one alone; messages
 * that did not change keep their identity, so the page re-renders only those that did.
 */
import { columnOf } from './columns';
import type { History, Message } from './types';

export const emptyHistory = (): History => ({ currentId: null, messages: {} });

/** From the root to `leaf` (default: the shown leaf). Tolerates broken parent links and cycles. */
export function branch(history: History, leaf: string | null = history.currentId): Message[] {
	const path: Message[] = [];
	const seen = new Set<string>();
	let message = leaf ? history.messages[leaf] : undefined;
	while (message && !seen.has(message.id)) {
		seen.add(message.id);
		path.push(message);
		message = message.parentId ? history.messages[message.parentId] : undefined;
	}
	return path.reverse();
}

/** Adds a message below its parent and shows it. */
export function addMessage(history: History, message: Message): History {
	const messages = { ...history.messages, [message.id]: message };
	const parent = message.parentId ? messages[message.parentId] : undefined;
	if (parent && !parent.childrenIds.includes(message.id)) {
		messages[parent.id] = { ...parent, childrenIds: [...parent.childrenIds, message.id] };
	}
	return { currentId: message.id, messages };
}

export function patchMessage(history: History, id: string, patch: Partial<Message>): History {
	const message = history.messages[id];
	if (!message) return history;
	return putMessage(history, { ...message, ...patch });
}

/** Puts a message in the place of the one with its id. */
export function putMessage(history: History, message: Message): History {
	if (history.messages[message.id] === message) return history;
	return { ...history, messages: { ...history.messages, [message.id]: message } };
}

/** All messages with the same parent, in the order they were made. The message itself included. */
export function siblings(history: History, id: string): string[] {
	const message = history.messages[id];
	if (!message) return [];
	if (message.parentId && history.messages[message.parentId]) {
		return history.messages[message.parentId]!.childrenIds.filter((c) => c in history.messages);
	}
	return Object.values(history.messages)
		.filter((m) => !m.parentId || !history.messages[m.parentId])
		.map((m) => m.id);
}

/** The versions a person can leaf through at a message: its siblings, or those of the same model's column. */
export const versions = (history: History, id: string): string[] =>
	columnOf(history, id)?.ids ?? siblings(history, id);

/** Which child of a message was shown last, by the message's id. */
export type Trail = ReadonlyMap<string, string>;

/** The leaf below a message: at every fork the child shown last, else the youngest. */
export function deepestLeaf(history: History, id: string, trail?: Trail): string {
	const seen = new Set<string>();
	let current = id;
	while (!seen.has(current)) {
		seen.add(current);
		const children =
			history.messages[current]?.childrenIds.filter((c) => c in history.messages) ?? [];
		const last = trail?.get(current);
		const next = last && children.includes(last) ? last : children.at(-1);
		if (!next) break;
		current = next;
	}
	return current;
}

/** Shows the branch a message is on, down to its leaf. */
export const show = (history: History, id: string, trail?: Trail): History =>
	id in history.messages ? { ...history, currentId: deepestLeaf(history, id, trail) } : history;

/** Shows the version `step` places away. */
export function showVersion(history: History, id: string, step: number, trail?: Trail): History {
	const all = versions(history, id);
	const target = all[all.indexOf(id) + step];
	return target ? show(history, target, trail) : history;
}

/**
 * Removes a message. With a user message go its answers; what followed is attached to the parent, so
 * that deleting one exchange in the middle keeps the rest of the conversation.
 */
export function deleteMessage(history: History, id: string): History {
	const target = history.messages[id];
	if (!target) return history;
	const gone = new Set([id]);
	if (target.role === 'user') {
		for (const child of target.childrenIds) {
			if (history.messages[child]?.role === 'assistant') gone.add(child);
		}
	}
	const orphans = [...gone]
		.flatMap((g) => history.messages[g]?.childrenIds ?? [])
		.filter((c) => !gone.has(c) && c in history.messages);

	const messages: Record<string, Message> = {};
	for (const [key, message] of Object.entries(history.messages)) {
		if (gone.has(key)) continue;
		if (key === target.parentId) {
			const kept = message.childrenIds.filter((c) => !gone.has(c));
			messages[key] = { ...message, childrenIds: [...kept, ...orphans] };
		} else if (orphans.includes(key)) {
			messages[key] = { ...message, parentId: target.parentId };
		} else {
			messages[key] = message;
		}
	}
	return { currentId: leafAfterDelete(history, messages, target, gone, orphans), messages };
}

function leafAfterDelete(
	before: History,
	messages: Record<string, Message>,
	target: Message,
	gone: Set<string>,
	orphans: string[]
): string | null {
	if (before.currentId && !gone.has(before.currentId) && before.currentId in messages) {
		return before.currentId;
	}
	const after = { currentId: null, messages };
	const sibling = siblings(before, target.id).findLast((s) => !gone.has(s));
	const next = orphans.at(-1) ?? sibling ?? target.parentId;
	return next && next in messages ? deepestLeaf(after, next) : null;
}

/** Repairs what old or foreign documents may lack, so that the rest of the code need not ask. */
export function normalizeHistory(raw: unknown): History {
	const source = (raw ?? {}) as Partial<History>;
	const messages: Record<string, Message> = {};
	for (const [id, m] of Object.entries(source.messages ?? {})) {
		messages[id] = {
			...m,
			id,
			parentId: m.parentId ?? null,
			childrenIds: Array.isArray(m.childrenIds) ? m.childrenIds : [],
			role: m.role ?? 'assistant',
			content: typeof m.content === 'string' ? m.content : '',
			timestamp: m.timestamp ?? 0
		};
	}
	let currentId = source.currentId ?? null;
	if (!currentId || !(currentId in messages)) {
		const newest = Object.values(messages)
			.sort((a, b) => a.timestamp - b.timestamp)
			.at(-1);
		currentId = newest ? deepestLeaf({ currentId: null, messages }, newest.id) : null;
	}
	return { currentId, messages };
}
