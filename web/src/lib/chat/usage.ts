/** What an answer cost: every provider tells it in words of its own. */
import type { Message } from './types';

export interface Usage {
	promptTokens?: number;
	answerTokens?: number;
	totalTokens?: number;
	reasoningTokens?: number;
	cachedTokens?: number;
	/** Tokens per second while answering. */
	speed?: number;
	/** Seconds in all. */
	seconds?: number;
	/** What else was told, by its own names. */
	rest: [string, string][];
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const KNOWN = new Set([
	'prompt_tokens',
	'input_tokens',
	'prompt_eval_count',
	'completion_tokens',
	'output_tokens',
	'eval_count',
	'total_tokens',
	'response_token/s',
	'total_duration',
	'approximate_total',
	'prompt_tokens_details',
	'completion_tokens_details'
]);

/** Undefined when nothing was told. */
export function usageOf(message: Message): Usage | undefined {
	const raw = message.usage ?? message.info;
	if (!isFields(raw) || Object.keys(raw).length === 0) return undefined;
	const number = (from: unknown, ...keys: string[]): number | undefined => {
		const fields = isFields(from) ? from : {};
		return keys
			.map((key) => fields[key])
			.find((value): value is number => typeof value === 'number' && Number.isFinite(value));
	};
	const promptTokens = number(raw, 'prompt_tokens', 'input_tokens', 'prompt_eval_count');
	const answerTokens = number(raw, 'completion_tokens', 'output_tokens', 'eval_count');
	const nanoseconds = number(raw, 'total_duration');
	const evalTime = number(raw, 'eval_duration');
	const sum =
		promptTokens !== undefined && answerTokens !== undefined
			? promptTokens + answerTokens
			: undefined;
	return {
		promptTokens,
		answerTokens,
		totalTokens: number(raw, 'total_tokens') ?? sum,
		reasoningTokens: number(raw.completion_tokens_details, 'reasoning_tokens') || undefined,
		cachedTokens: number(raw.prompt_tokens_details, 'cached_tokens') || undefined,
		speed:
			number(raw, 'response_token/s', 'predicted_per_second') ??
			(answerTokens && evalTime ? answerTokens / (evalTime / 1e9) : undefined),
		seconds: nanoseconds === undefined ? undefined : nanoseconds / 1e9,
		rest: restOf(raw)
	};
}

function restOf(raw: Fields): [string, string][] {
	return Object.entries(raw)
		.filter(([key, value]) => !KNOWN.has(key) && (typeof value !== 'object' || value === null))
		.filter(([, value]) => value !== null && value !== '' && value !== undefined)
		.map(([key, value]) => [key, String(value)]);
}
