/** Saved prompts, as those who may change them see them. */
import type { AccessControl } from '$lib/access';
import { client, read } from './client';

export interface SavedPrompt {
	/** With its slash. */
	command: string;
	user_id: string;
	title: string;
	content: string;
	timestamp: number;
	access_control: AccessControl;
	user?: { id: string; name: string; email: string } | null;
}

export type PromptBody = Pick<SavedPrompt, 'command' | 'title' | 'content' | 'access_control'>;

/** Commands stand in paths without their slash. */
const inPath = (command: string) => ({ path: { command: command.replace(/^\//, '') } });

export const listEditablePrompts = () => read<SavedPrompt[]>(client.GET('/api/v1/prompts/list'));

export const getPrompt = (command: string) =>
	read<SavedPrompt>(client.GET('/api/v1/prompts/command/{command}', { params: inPath(command) }));

export const createPrompt = (body: PromptBody) =>
	read<SavedPrompt>(client.POST('/api/v1/prompts/create', { body: body as never }));

export const updatePrompt = (body: PromptBody) =>
	read<SavedPrompt>(
		client.POST('/api/v1/prompts/command/{command}/update', {
			params: inPath(body.command),
			body: body as never
		})
	);

export const deletePrompt = (command: string) =>
	read<boolean>(
		client.DELETE('/api/v1/prompts/command/{command}/delete', { params: inPath(command) })
	);
