/** Builds the messages, documents and request bodies that the chat routes expect. */
import { newId } from '$lib/id';
import { withoutReasoning } from './segments';
import { branch } from './history';
import type { History, Message } from './types';

/** The title of a chat nobody has named yet. Stored as it is, shown in the reader's language. */
export const UNTITLED = 'New Chat';

const now = () => Math.floor(Date.now() / 1000);

export function userMessage(parentId: string | null, content: string, models: string[]): Message {
	return {
		id: newId(),
		parentId,
		childrenIds: [],
		role: 'user',
		content,
		timestamp: now(),
		models
	};
}

export function assistantMessage(parentId: string, model: { id: string; name: string }): Message {
	return {
		id: newId(),
		parentId,
		childrenIds: [],
		role: 'assistant',
		content: '',
		model: model.id,
		modelName: model.name,
		modelIdx: 0,
		timestamp: now(),
		done: false
	};
}

interface Saved {
	models: string[];
	history: History;
	params?: Record<string, unknown>;
	files?: unknown[];
}

/** The fields a save sends: the tree, and the shown branch as the flat list old readers use. */
export function savePayload(document: Saved) {
	return {
		models: document.models,
		history: document.history,
		messages: branch(document.history),
		params: document.params ?? {},
		files: document.files ?? []
	};
}

export function newDocument(models: string[], history: History) {
	return {
		id: '',
		title: UNTITLED,
		system: '',
		tags: [],
		timestamp: Date.now(),
		...savePayload({ models, history })
	};
}

/** The conversation up to (and with) a user message, as the provider should see it. */
export function providerMessages(history: History, userMessageId: string, system?: string) {
	const messages = branch(history, userMessageId)
		.map(({ role, content }) => ({
			role,
			content: role === 'assistant' ? withoutReasoning(content) : content
		}))
		.filter((m) => m.role !== 'assistant' || m.content.trim() !== '');
	return system?.trim() ? [{ role: 'system', content: system }, ...messages] : messages;
}

/** Values for the placeholders people may use in system prompts. */
export function promptVariables(userName: string, locale: string, date = new Date()) {
	const two = (n: number) => String(n).padStart(2, '0');
	const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	const time = date.toLocaleTimeString('en-US', { hour12: true });
	return {
		'{{USER_NAME}}': userName,
		'{{USER_LOCATION}}': 'Unknown',
		'{{CURRENT_DATETIME}}': `${day} ${time}`,
		'{{CURRENT_DATE}}': day,
		'{{CURRENT_TIME}}': time,
		'{{CURRENT_WEEKDAY}}': date.toLocaleDateString('en-US', { weekday: 'long' }),
		'{{CURRENT_TIMEZONE}}': Intl.DateTimeFormat().resolvedOptions().timeZone,
		'{{USER_LANGUAGE}}': locale
	};
}

export interface TurnRequest {
	chatId: string;
	sessionId: string;
	answer: Message;
	question: Message;
	history: History;
	model: unknown;
	params: Record<string, unknown>;
	variables: Record<string, string>;
}

export function completionBody(turn: TurnRequest) {
	const { system, ...params } = turn.params;
	const firstExchange = turn.question.parentId === null;
	return {
		stream: true,
		model: turn.answer.model,
		messages: providerMessages(
			turn.history,
			turn.question.id,
			typeof system === 'string' ? system : undefined
		),
		params,
		features: {},
		variables: turn.variables,
		tool_servers: [],
		model_item: turn.model,
		session_id: turn.sessionId,
		chat_id: turn.chatId,
		id: turn.answer.id,
		parent_id: turn.question.id,
		parent_message: turn.question,
		background_tasks: {
			...(firstExchange ? { title_generation: true, tags_generation: true } : {}),
			follow_up_generation: true
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
	const merged = { ...history.messages };
	for (const changed of messages as Partial<Message>[]) {
		const before = changed?.id ? merged[changed.id] : undefined;
		if (!before || typeof changed.content !== 'string') continue;
		if (before.content === changed.content) continue;
		merged[before.id] = { ...before, originalContent: before.content, content: changed.content };
	}
	return { ...history, messages: merged };
}
