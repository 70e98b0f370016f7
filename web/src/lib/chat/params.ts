/** The parameters a chat, a model or a person can set. Names and meaning are the contract's. */

export type ParamKind = 'number' | 'slider' | 'switch' | 'text' | 'words' | 'choice';

export interface Param {
	key: string;
	kind: ParamKind;
	/** Where a control begins when the parameter leaves its default. */
	initial: unknown;
	min?: number;
	max?: number;
	step?: number;
	options?: string[];
	/** Only Ollama and its like know it. */
	local?: boolean;
}

const slider = (
	key: string,
	initial: number,
	min: number,
	max: number,
	step: number,
	local = false
): Param => ({ key, kind: 'slider', initial, min, max, step, local });
const number = (key: string, initial: number, local = false, min?: number): Param => ({
	key,
	kind: 'number',
	initial,
	min,
	step: 1,
	local
});

export const PARAMS: Param[] = [
	slider('temperature', 0.8, 0, 2, 0.05),
	slider('top_p', 0.9, 0, 1, 0.05),
	slider('top_k', 40, 0, 1000, 1),
	slider('min_p', 0, 0, 1, 0.05),
	number('max_tokens', 2048, false, -2),
	number('seed', 0),
	{ key: 'stop', kind: 'words', initial: [] },
	slider('frequency_penalty', 0, -2, 2, 0.05),
	slider('presence_penalty', 0, -2, 2, 0.05),
	{
		key: 'reasoning_effort',
		kind: 'choice',
		initial: 'medium',
		options: ['minimal', 'low', 'medium', 'high']
	},
	{ key: 'reasoning_tags', kind: 'text', initial: '' },
	{ key: 'logit_bias', kind: 'text', initial: '' },
	{ key: 'function_calling', kind: 'choice', initial: 'native', options: ['default', 'native'] },
	{ key: 'stream_response', kind: 'switch', initial: true },
	number('stream_delta_chunk_size', 1, false, 1),
	{ key: 'think', kind: 'switch', initial: true, local: true },
	number('num_ctx', 4096, true, -1),
	{ key: 'keep_alive', kind: 'text', initial: '5m', local: true },
	slider('repeat_penalty', 1.1, -2, 2, 0.05, true),
	slider('repeat_last_n', 64, -1, 128, 1, true),
	slider('tfs_z', 1, 0, 2, 0.05, true),
	slider('mirostat', 0, 0, 2, 1, true),
	slider('mirostat_eta', 0.1, 0, 1, 0.05, true),
	slider('mirostat_tau', 5, 0, 10, 0.5, true),
	{ key: 'format', kind: 'text', initial: 'json', local: true },
	slider('num_keep', 24, -1, 10240, 1, true),
	slider('num_batch', 512, 256, 8192, 256, true),
	slider('num_thread', 2, 1, 256, 1, true),
	slider('num_gpu', 0, 0, 256, 1, true),
	{ key: 'use_mmap', kind: 'switch', initial: true, local: true },
	{ key: 'use_mlock', kind: 'switch', initial: true, local: true }
];

export type Params = Record<string, unknown>;

export const isSet = (params: Params, key: string): boolean =>
	params[key] !== undefined && params[key] !== null && params[key] !== '';

/** The parameters without those that are at their default. */
export function compact(params: Params): Params {
	return Object.fromEntries(
		Object.entries(params).filter(([key, value]) => isSet(params, key) && !isEmptyObject(value))
	);
}

const isEmptyObject = (value: unknown): boolean =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	Object.keys(value).length === 0;

/** `custom_params` as rows to edit. Values that are no text are shown as JSON. */
export const customRows = (params: Params): [string, string][] => {
	const custom = params.custom_params;
	if (typeof custom !== 'object' || custom === null) return [];
	return Object.entries(custom).map(([key, value]) => [
		key,
		typeof value === 'string' ? value : JSON.stringify(value)
	]);
};

/** Rows back to what is sent: the server reads each value as JSON where it can. */
export const customParams = (rows: [string, string][]): Record<string, string> =>
	Object.fromEntries(rows.filter(([key]) => key.trim()).map(([key, value]) => [key.trim(), value]));

/** What people type for reasoning tags: two words, or `false` to switch the search off. */
export function readTags(text: string): unknown {
	if (/^\s*false\s*$/i.test(text)) return false;
	const parts = text.split(/[\s,]+/).filter(Boolean);
	return parts.length === 2 ? parts : text;
}

export const writeTags = (value: unknown): string =>
	Array.isArray(value) ? value.join(', ') : String(value ?? '');
