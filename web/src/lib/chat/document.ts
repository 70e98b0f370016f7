/** Builds the messages, documents and request bodies that the chat routes expect. */
import { newId } from '$lib/id';
import { contextFiles, imageUrls } from './attachments';
import { branch } from './history';
import { withoutReasoning } from './segments';
import type { Attachment, History, Message } from './types';

/** The title of a chat nobody has named yet. Stored as it is, shown in the reader's language. */
export const UNTITLED = 'New Chat';

const now = () => Math.floor(Date.now() / 1000);

export function userMessage(
	parentId: string | null,
	content: string,
	models: string[],
	files: Attachment[] = []
): Message {
	return {
		id: newId(),
		parentId,
		childrenIds: [],
		role: 'user',
		content,
		timestamp: now(),
		models,
		...(files.length ? { files } : {})
	};
}

export function assistantMessage(
	parentId: string,
	model: { id: string; name: string },
	modelIdx = 0
): Message {
	return {
		id: newId(),
		parentId,
		childrenIds: [],
		role: 'assistant',
		content: '',
		model: model.id,
		modelName: model.name,
		modelIdx,
		timestamp: now(),
		done: false
	};
}

export interface Saved {
	models: string[];
	history: History;
	params: Record<string, unknown>;
	files: Attachment[];
}

/** The fields a save sends: the tree, and the shown branch as the flat list old readers use. */
export function savePayload({ models, history, params, files }: Saved) {
	return { models, history, messages: branch(history), params, files };
}

export function newDocument(saved: Saved) {
	return {
		id: '',
		title: UNTITLED,
		system: '',
		tags: [],
		timestamp: Date.now(),
		...savePayload(saved)
	};
}

/** The text of a message never changes under the same object, so that each is written out once. */
const texts = new WeakMap<Message, string>();

function jsonOf(message: Message): string {
	let text = texts.get(message);
	if (text === undefined) texts.set(message, (text = JSON.stringify(message)));
	return text;
}

/** `JSON.stringify({ chat: savePayload(…) })`, in time that grows with what changed. */
export function saveBody(saved: Saved): string {
	const { history, messages, ...rest } = savePayload(saved);
	const all = Object.entries(history.messages)
		.map(([id, message]) => `${JSON.stringify(id)}:${jsonOf(message)}`)
		.join(',');
	const tree = `{"currentId":${JSON.stringify(history.currentId)},"messages":{${all}}}`;
	const fields = JSON.stringify(rest).slice(1, -1);
	return `{"chat":{${fields},"history":${tree},"messages":[${messages.map(jsonOf).join(',')}]}}`;
}

type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

/** The conversation up to (and with) a message, as the provider should see it. */
export function providerMessages(history: History, leaf: string, system?: string) {
	const messages = branch(history, leaf)
		.map((message) => ({ role: message.role as string, content: contentOf(message) }))
		.filter((m) => m.role !== 'assistant' || m.content !== '');
	return system?.trim() ? [{ role: 'system', content: system }, ...messages] : messages;
}

function contentOf(message: Message): string | Part[] {
	if (message.role === 'assistant') {
		const text = message.merged?.content || message.content;
		return withoutReasoning(text).trim() === '' ? '' : withoutReasoning(text);
	}
	const urls = imageUrls(message.files);
	if (urls.length === 0) return message.content;
	return [
		{ type: 'text', text: message.content },
		...urls.map((url): Part => ({ type: 'image_url', image_url: { url } }))
	];
}

/** Values for the placeholders people may use in system prompts. */
export function promptVariables(
	user: { name: string; location?: string },
	locale: string,
	date = new Date()
) {
	const two = (n: number) => String(n).padStart(2, '0');
	const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	const time = date.toLocaleTimeString('en-US', { hour12: true });
	return {
		'{{USER_NAME}}': user.name,
		'{{USER_LOCATION}}': user.location ?? 'Unknown',
		'{{CURRENT_DATETIME}}': `${day} ${time}`,
		'{{CURRENT_DATE}}': day,
		'{{CURRENT_TIME}}': time,
		'{{CURRENT_WEEKDAY}}': date.toLocaleDateString('en-US', { weekday: 'long' }),
		'{{CURRENT_TIMEZONE}}': Intl.DateTimeFormat().resolvedOptions().timeZone,
		'{{USER_LANGUAGE}}': locale
	};
}

/** Which helper tasks follow an answer. */
export interface Afterwards {
	title: boolean;
	tags: boolean;
	followUps: boolean;
}

export interface TurnRequest {
	chatId: string;
	sessionId: string;
	answer: Message;
	question: Message;
	history: History;
	model: unknown;
	params: Record<string, unknown>;
	/** The chat's own files; those of the question come on top. */
	files: Attachment[];
	/** What the server does besides, such as `memory`. */
	features: Record<string, boolean>;
	variables: Record<string, string>;
	afterwards: Afterwards;
	/** The answer exists already and is to go on from its end. */
	continues?: boolean;
}

export function completionBody(turn: TurnRequest) {
	const { system, ...params } = turn.params;
	const model = turn.model as
		{ info?: { meta?: { capabilities?: { usage?: boolean } } } } | undefined;
	const files = contextFiles([...turn.files, ...(turn.question.files ?? [])]);
	const { title, tags, followUps } = turn.afterwards;
	return {
		stream: params.stream_response !== false,
		model: turn.answer.model,
		messages: providerMessages(
			turn.history,
			turn.continues ? turn.answer.id : turn.question.id,
			typeof system === 'string' ? system : undefined
		),
		params,
		...(files.length ? { files } : {}),
		features: turn.features,
		variables: turn.variables,
		tool_servers: [],
		model_item: turn.model,
		session_id: turn.sessionId,
		chat_id: turn.chatId,
		id: turn.answer.id,
		parent_id: turn.question.id,
		parent_message: turn.question,
		...(model?.info?.meta?.capabilities?.usage ? { stream_options: { include_usage: true } } : {}),
		background_tasks: {
			...(title ? { title_generation: true } : {}),
			...(tags ? { tags_generation: true } : {}),
			...(followUps ? { follow_up_generation: true } : {})
		}
	};
}

export function completedBody(
	chatId: string,
	sessionId: string,
	answer: Message,
	history: History
) {
	return {
		model: answer.model,
		messages: branch(history, answer.id).map(
			({ id, role, content, timestamp, usage, sources }) => ({
				id,
				role,
				content,
				timestamp,
				...(usage ? { usage } : {}),
				...(sources ? { sources } : {})
			})
		),
		chat_id: chatId,
		session_id: sessionId,
		id: answer.id
	};
}

/** Takes over what filters on the server changed after the answer; keeps the text as it was. */
export function mergeCompleted(history: History, messages: unknown): History {
	if (!Array.isArray(messages)) return history;
	let merged: Record<string, Message> | undefined;
	for (const changed of messages as Partial<Message>[]) {
		const before = changed?.id ? history.messages[changed.id] : undefined;
		if (!before || typeof changed.content !== 'string') continue;
		if (before.content === changed.content) continue;
		merged ??= { ...history.messages };
		merged[before.id] = { ...before, originalContent: before.content, content: changed.content };
	}
	return merged ? { ...history, messages: merged } : history;
}
