/** A chat as text that people read: the branch that is shown, without what the model thought to itself. */
import { branch, normalizeHistory } from '$lib/chat/history';
import { proseOf } from '$lib/chat/segments';
import type { Message } from '$lib/chat/types';

interface Names {
	you: string;
	assistant: string;
}

const speaker = (message: Message, names: Names) =>
	message.role === 'user' ? names.you : (message.modelName ?? message.model) || names.assistant;

const said = (message: Message) =>
	(message.role === 'assistant' ? proseOf(message.content) : message.content).trim();

function turns(history: unknown): Message[] {
	return branch(normalizeHistory(history)).filter((m) => m.role !== 'system' && said(m));
}

export const asText = (history: unknown, names: Names): string =>
	turns(history)
		.map((message) => `### ${speaker(message, names).toUpperCase()}\n${said(message)}\n`)
		.join('\n');

export const asMarkdown = (title: string, history: unknown, names: Names): string =>
	`# ${title}\n\n` +
	turns(history)
		.map((message) => `## ${speaker(message, names)}\n\n${said(message)}\n`)
		.join('\n');
