import { describe, expect, it } from 'vitest';
import { usageOf } from './usage';
import type { Message } from './types';

const of = (usage: unknown, more: object = {}) => usageOf({ usage, ...more } as Message);

describe('usage', () => {
	it('reads OpenAI’s words', () => {
		expect(
			of({
				prompt_tokens: 10,
				completion_tokens: 5,
				total_tokens: 15,
				completion_tokens_details: { reasoning_tokens: 3 },
				prompt_tokens_details: { cached_tokens: 0 }
			})
		).toEqual({
			promptTokens: 10,
			answerTokens: 5,
			totalTokens: 15,
			reasoningTokens: 3,
			cachedTokens: undefined,
			speed: undefined,
			seconds: undefined,
			rest: []
		});
	});
	it('reads Ollama’s', () => {
		expect(
			of({
				prompt_eval_count: 4,
				eval_count: 20,
				eval_duration: 2e9,
				total_duration: 3e9,
				load: 'x'
			})
		).toMatchObject({
			totalTokens: 24,
			speed: 10,
			seconds: 3,
			rest: [
				['eval_duration', '2000000000'],
				['load', 'x']
			]
		});
	});
	it('reads the old field, and nothing where there is nothing', () => {
		expect(of(undefined, { info: { total_tokens: 3 } })?.totalTokens).toBe(3);
		expect(of(undefined)).toBeUndefined();
		expect(of({})).toBeUndefined();
		expect(of('x')).toBeUndefined();
	});
});
