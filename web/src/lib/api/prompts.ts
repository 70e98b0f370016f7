/** Prompts that people keep. */
import { client, read } from './client';

export interface Prompt {
	/** With its leading slash, or without: both are around. */
	command: string;
	title: string;
	content: string;
}

export const listPrompts = () => read<Prompt[]>(client.GET('/api/v1/prompts/'));
