/** Saved prompts: commands, and files with them. */
import type { AccessControl } from '$lib/access';
import { slug } from '$lib/slug';

export interface PromptFields {
	command: string;
	title: string;
	content: string;
	access_control: AccessControl;
}

export const EMPTY_PROMPT: PromptFields = {
	command: '',
	title: '',
	content: '',
	access_control: {}
};

/** What may stand after the slash: it is typed in the composer and is part of an address. */
export const isCommand = (command: string): boolean => /^\/[a-z0-9][a-z0-9_-]*$/i.test(command);

export const commandFor = (title: string): string => (slug(title) ? `/${slug(title)}` : '');

export const withSlash = (text: string): string => {
	const bare = text.trim().replace(/^\/+/, '');
	return bare ? `/${bare}` : '';
};

/** A command that is free, made out of another one. */
export function freeCommand(command: string, taken: (command: string) => boolean): string {
	const stem = `${command}-copy`;
	let next = stem;
	for (let n = 2; taken(next); n += 1) next = `${stem}-${n}`;
	return next;
}

/** The prompts in a file; undefined when it holds none. */
export function readPromptFile(text: string): PromptFields[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	const list: unknown[] = Array.isArray(value) ? value : [value];
	const prompts = list.flatMap((entry) => {
		const { command, title, content, access_control } = (entry ?? {}) as Record<string, unknown>;
		if (typeof command !== 'string' || typeof content !== 'string') return [];
		const named = withSlash(command);
		if (!named) return [];
		return [
			{
				command: named,
				title: typeof title === 'string' && title ? title : named.slice(1),
				content,
				// Groups and people of another server mean nothing here.
				access_control: access_control === null ? null : ({} as AccessControl)
			}
		];
	});
	return prompts.length ? prompts : undefined;
}

/** Placeholders that are filled in by themselves. */
export const KNOWN_VARIABLES = [
	'{{CURRENT_DATE}}',
	'{{CURRENT_TIME}}',
	'{{CURRENT_DATETIME}}',
	'{{CURRENT_WEEKDAY}}',
	'{{CURRENT_TIMEZONE}}',
	'{{USER_NAME}}',
	'{{USER_LANGUAGE}}',
	'{{USER_LOCATION}}',
	'{{CLIPBOARD}}'
] as const;

/** Examples of placeholders that are asked for. */
export const ASKED_VARIABLES = [
	'{{topic}}',
	'{{text | textarea:placeholder="Paste it here"}}',
	'{{tone | select:options=["friendly","formal"]:default="friendly"}}',
	'{{words | number:min=10:max=500:default=100}}',
	'{{due | date:required}}'
] as const;
