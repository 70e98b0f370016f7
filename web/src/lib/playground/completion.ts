/** Requests of the playground, and what comes back piece by piece. */
import { compact, type Params } from '$lib/chat/params';
import type { Model } from '$lib/api/types';

export type Role = 'user' | 'assistant';

export interface Turn {
	id: string;
	role: Role;
	content: string;
	/** What a model thought before it answered. */
	reasoning?: string;
}

/** A chat request: the system text first, turns without words left out. */
export function chatBody(model: string, system: string, turns: Turn[], params: Params) {
	const messages = turns
		.filter(({ content }) => content.trim() !== '')
		.map(({ role, content }) => ({ role, content }));
	return {
		model,
		stream: true,
		messages: system.trim() ? [{ role: 'system', content: system }, ...messages] : messages,
		params: compact(params)
	};
}

const CONTINUE =
	'Continue the text of the user from where it ends. Answer with the continuation alone, without a word about it.';

/** Whether a model can go on with a bare text, without the form of a conversation. */
export const isRaw = (model: Model | undefined): boolean => model?.owned_by === 'ollama';

/** How a text is continued: as it is where the server can, and else by asking for it. */
export function continuation(model: Model | undefined, id: string, text: string, params: Params) {
	if (isRaw(model))
		return {
			path: '/ollama/v1/completions',
			body: { model: id, prompt: text, stream: true, ...compact(params) }
		};
	const turns: Turn[] = [{ id: '', role: 'user', content: text }];
	return { path: '/api/chat/completions', body: chatBody(id, CONTINUE, turns, params) };
}
