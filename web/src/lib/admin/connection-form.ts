/** A connection to a model server, as it is typed and as it is kept. */
import type { ConnectionSettings } from '$lib/api/types';

export type AuthType = 'bearer' | 'none' | 'session' | 'microsoft_entra_id';

export interface ConnectionForm {
	url: string;
	key: string;
	azure: boolean;
	apiVersion: string;
	auth: AuthType;
	local: boolean;
	prefix: string;
	tags: string[];
	modelIds: string[];
	/** One header a line, `Name: value`. */
	headers: string;
}

const AUTH_TYPES: AuthType[] = ['bearer', 'none', 'session', 'microsoft_entra_id'];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function authOf(value: unknown): AuthType {
	// Another name for the same in older settings.
	if (value === 'azure_ad') return 'microsoft_entra_id';
	return AUTH_TYPES.find((type) => type === value) ?? 'bearer';
}

export function formOf(
	url: string,
	key: string,
	settings: ConnectionSettings,
	kind: 'openai' | 'ollama'
): ConnectionForm {
	const headers = (settings.headers ?? {}) as Record<string, unknown>;
	const tags = Array.isArray(settings.tags) ? (settings.tags as { name?: unknown }[]) : [];
	const type = textOf(settings.connection_type) || (kind === 'ollama' ? 'local' : 'external');
	return {
		url,
		key,
		azure: settings.azure === true,
		apiVersion: textOf(settings.api_version),
		auth: authOf(settings.auth_type),
		local: type === 'local',
		prefix: settings.prefix_id ?? '',
		tags: tags.map((tag) => textOf(tag.name)).filter(Boolean),
		modelIds: settings.model_ids ?? [],
		headers: Object.entries(headers)
			.map(([name, value]) => `${name}: ${textOf(value) || JSON.stringify(value)}`)
			.join('\n')
	};
}

/** The headers of the text, or the first line that is none. */
export function readHeaders(text: string): Record<string, string> | { bad: string } {
	const headers: Record<string, string> = {};
	for (const line of text.split('\n')) {
		if (!line.trim()) continue;
		const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
		if (!name || !value) return { bad: line.trim() };
		headers[name] = value;
	}
	return headers;
}

export const cleanUrl = (url: string): string => url.trim().replace(/\/+$/, '');
export const isUrl = (url: string): boolean => /^https?:\/\/[^\s/]+/.test(cleanUrl(url));

/** What is kept: only what differs from the usual, and everything that this page does not know. */
export function settingsOf(
	form: ConnectionForm,
	before: ConnectionSettings,
	kind: 'openai' | 'ollama'
): ConnectionSettings {
	const headers = readHeaders(form.headers);
	const usual = kind === 'ollama' ? 'local' : 'external';
	const type = form.local ? 'local' : 'external';
	const wanted: Record<string, unknown> = {
		azure: form.azure || undefined,
		api_version: (form.azure && form.apiVersion.trim()) || undefined,
		auth_type: form.auth === 'bearer' ? undefined : form.auth,
		connection_type: type === usual && !before.connection_type ? undefined : type,
		prefix_id: form.prefix.trim() || undefined,
		tags: form.tags.length ? form.tags.map((name) => ({ name })) : undefined,
		model_ids: form.modelIds.length ? form.modelIds : undefined,
		headers: !('bad' in headers) && Object.keys(headers).length ? headers : undefined
	};
	const settings: ConnectionSettings = { ...before };
	for (const [key, value] of Object.entries(wanted)) {
		if (value === undefined) delete settings[key];
		else settings[key] = value;
	}
	return settings;
}

/** The ids in whatever a server answered to the question for its models. */
export function idsIn(reply: unknown): string[] {
	const list = Array.isArray(reply) ? reply : (reply as { data?: unknown } | null)?.data;
	if (!Array.isArray(list)) return [];
	return list
		.map((entry: { id?: unknown; name?: unknown }) => textOf(entry?.id) || textOf(entry?.name))
		.filter(Boolean);
}
