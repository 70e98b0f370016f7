/** Reads chats out of files: our own exports, those of other servers of the contract, and ChatGPT's. */
import type { ImportedChat } from '$lib/api/library';
import type { Message } from '$lib/chat/types';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** Whole seconds, or nothing. */
const seconds = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined;

/** The chats of a parsed JSON file. Empty when it holds none that we know how to read. */
export function chatsIn(file: unknown): ImportedChat[] {
	const list = Array.isArray(file) ? file : [file];
	return list.flatMap((entry) => {
		if (!isObject(entry)) return [];
		if (isObject(entry.mapping)) return fromChatGpt(entry) ?? [];
		if (isObject(entry.chat)) return [fromRecord(entry, entry.chat)];
		if (isObject(entry.history) || Array.isArray(entry.messages)) return [fromRecord({}, entry)];
		return [];
	});
}

function fromRecord(record: Json, chat: Json): ImportedChat {
	return {
		chat: { ...chat, title: text(chat.title) || text(record.title) || 'New Chat' },
		meta: isObject(record.meta) ? record.meta : {},
		pinned: record.pinned === true,
		created_at: seconds(record.created_at),
		updated_at: seconds(record.updated_at)
	};
}

/** One conversation of `conversations.json`: its nodes are a tree in which some hold nothing to show. */
function fromChatGpt(entry: Json): ImportedChat | undefined {
	const mapping = entry.mapping as Record<string, unknown>;
	const messages: Record<string, Message> = {};
	const at = seconds(entry.create_time) ?? Math.floor(Date.now() / 1000);

	/** The nearest node above that holds a message. */
	const above = (id: unknown): string | null => {
		const seen = new Set<string>();
		for (let next = id; typeof next === 'string' && !seen.has(next);) {
			seen.add(next);
			if (messages[next]) return next;
			const node = mapping[next];
			next = isObject(node) ? node.parent : undefined;
		}
		return null;
	};

	for (const [id, node] of Object.entries(mapping)) {
		const message = isObject(node) && isObject(node.message) ? node.message : undefined;
		const shown = message && readable(message);
		if (!message || !shown) continue;
		const model = isObject(message.metadata) ? text(message.metadata.model_slug) : '';
		messages[id] = {
			id,
			parentId: null,
			childrenIds: [],
			...shown,
			timestamp: seconds(message.create_time) ?? at,
			...(shown.role === 'assistant'
				? { model, modelName: model, modelIdx: 0, done: true }
				: { models: [] })
		};
	}
	const ids = Object.keys(messages);
	if (ids.length === 0) return undefined;
	for (const id of ids) {
		const parent = above((mapping[id] as Json).parent);
		if (!parent || isAbove(messages, id, parent)) continue;
		messages[id]!.parentId = parent;
		messages[parent]!.childrenIds.push(id);
	}
	const currentId = above(entry.current_node) ?? newestLeaf(messages);
	const models = [...new Set(ids.map((id) => messages[id]!.model).filter(Boolean))];
	return {
		chat: {
			title: text(entry.title) || 'New Chat',
			models,
			history: { currentId, messages },
			timestamp: at * 1000
		},
		meta: {},
		pinned: false,
		created_at: at,
		updated_at: seconds(entry.update_time) ?? at
	};
}

function readable(message: Json): { role: 'user' | 'assistant'; content: string } | undefined {
	const role = isObject(message.author) ? message.author.role : undefined;
	if (role !== 'user' && role !== 'assistant') return undefined;
	const meta = isObject(message.metadata) ? message.metadata : {};
	if (meta.is_visually_hidden_from_conversation === true || meta.is_user_system_message === true)
		return undefined;
	const content = isObject(message.content) ? contentOf(message.content) : '';
	return content.trim() ? { role, content } : undefined;
}

function contentOf(content: Json): string {
	if (content.content_type === 'code')
		return text(content.text) && '```\n' + text(content.text) + '\n```';
	if (content.content_type !== 'text' && content.content_type !== 'multimodal_text') return '';
	const parts = Array.isArray(content.parts) ? content.parts : [];
	return parts.filter((part) => typeof part === 'string').join('\n');
}

/** Whether a message is another one or stands somewhere above it. */
function isAbove(messages: Record<string, Message>, id: string, other: string): boolean {
	for (let next: string | null = other; next; next = messages[next]!.parentId)
		if (next === id) return true;
	return false;
}

function newestLeaf(messages: Record<string, Message>): string {
	const leaves = Object.values(messages).filter((m) => m.childrenIds.length === 0);
	return leaves.reduce((a, b) => (b.timestamp >= a.timestamp ? b : a)).id;
}
