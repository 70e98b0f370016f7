/** What one socket event does to one answer. Pure: the caller keeps the state and acts on `outcome`. */
import type { Attachment, CodeExecution, Message, Status } from './types';

/** What is known about an answer only while it is being written. */
export interface Live {
	/**
	 * We joined in the middle: the text on the page may lack a piece, so deltas would land in the
	 * wrong place. They are dropped until the whole text has come.
	 */
	awaitingSnapshot: boolean;
	/** Thinking that streams in before the server has put it into the content. */
	reasoning: string;
	/** Text the answer began with, which whole contents from the server leave out. */
	prefix: string;
}

export type Outcome = 'done' | 'failed' | 'cancelled';

export interface Step {
	message: Message;
	live: Live;
	outcome?: Outcome;
}

export const startedHere = (prefix = ''): Live => ({
	awaitingSnapshot: false,
	reasoning: '',
	prefix
});
export const joinedLate = (): Live => ({ awaitingSnapshot: true, reasoning: '', prefix: '' });

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A line that counts up takes the place of the one before; all others are added. */
function withStatus(history: Status[], status: Status): Status[] {
	const counts = status.action === 'model_loading' && history.at(-1)?.action === status.action;
	return [...(counts ? history.slice(0, -1) : history), status];
}

export function reduce(message: Message, live: Live, type: string, payload: unknown): Step {
	const data: Fields = isFields(payload) ? payload : {};
	const patch = (fields: Partial<Message>, outcome?: Outcome): Step => ({
		message: { ...message, ...fields },
		live,
		outcome
	});
	switch (type) {
		case 'chat:completion':
			return completion(message, live, data);
		case 'status':
			return patch({ statusHistory: withStatus(message.statusHistory ?? [], data as Status) });
		case 'message':
		case 'chat:message:delta':
			return live.awaitingSnapshot
				? { message, live }
				: patch({ content: message.content + textOf(data.content) });
		case 'replace':
		case 'chat:message':
			return {
				message: { ...message, content: textOf(data.content) },
				live: { ...live, awaitingSnapshot: false, reasoning: '' }
			};
		case 'files':
		case 'chat:message:files':
			return patch({ files: Array.isArray(data.files) ? (data.files as Attachment[]) : [] });
		case 'embeds':
		case 'chat:message:embeds':
			return patch({ embeds: Array.isArray(data.embeds) ? data.embeds : [] });
		case 'source':
		case 'citation':
			if (data.type === 'code_execution') {
				return patch({ code_executions: withExecution(message, data as unknown as CodeExecution) });
			}
			return patch({ sources: [...(message.sources ?? []), data] });
		case 'chat:message:error':
			return patch({ error: toError(data.error), done: true }, 'failed');
		case 'chat:message:follow_ups':
			return patch({ followUps: Array.isArray(data.follow_ups) ? data.follow_ups : [] });
		case 'chat:tasks:cancel':
			return message.done ? { message, live } : patch({ done: true }, 'cancelled');
		default:
			return { message, live };
	}
}

function withExecution(message: Message, execution: CodeExecution): CodeExecution[] {
	const before = message.code_executions ?? [];
	const known = before.some((e) => e.id === execution.id);
	return known
		? before.map((e) => (e.id === execution.id ? execution : e))
		: [...before, execution];
}

function completion(message: Message, live: Live, data: Fields): Step {
	const next: Message = { ...message };
	const nextLive: Live = { ...live };
	let outcome: Outcome | undefined;

	if (Array.isArray(data.sources) && !next.sources?.length) next.sources = data.sources;
	if (data.usage !== undefined) next.usage = data.usage;
	if (typeof data.selected_model_id === 'string') {
		next.selectedModelId = data.selected_model_id;
		next.arena = true;
	}

	const choice = Array.isArray(data.choices) && isFields(data.choices[0]) ? data.choices[0] : {};
	const delta: Fields = isFields(choice.delta) ? choice.delta : {};
	const whole: Fields = isFields(choice.message) ? choice.message : {};
	if (!nextLive.awaitingSnapshot) {
		nextLive.reasoning += textOf(delta.reasoning_content);
		next.content += textOf(delta.content) + textOf(whole.content);
	}
	if (typeof data.content === 'string') {
		next.content = nextLive.prefix + data.content;
		nextLive.awaitingSnapshot = false;
		nextLive.reasoning = '';
	}
	if (data.error) {
		next.error = toError(data.error);
		outcome = 'failed';
	}
	if (data.done === true) {
		next.done = true;
		nextLive.reasoning = '';
		outcome = 'done';
	}
	return { message: next, live: nextLive, outcome };
}

function toError(error: unknown): { content: unknown } {
	if (isFields(error) && 'content' in error) return { content: error.content };
	return { content: error ?? '' };
}

/** The text of a stored error, whatever shape a provider gave it. Empty when there is no error. */
export function errorText(message: Message): string {
	const { error } = message;
	if (!error) return '';
	if (error === true) return message.content;
	return describe(error.content);
}

function describe(value: unknown): string {
	if (typeof value === 'string') return value;
	if (!isFields(value)) return '';
	for (const key of ['message', 'detail', 'error', 'content']) {
		const text = describe(value[key]);
		if (text) return text;
	}
	return JSON.stringify(value);
}
