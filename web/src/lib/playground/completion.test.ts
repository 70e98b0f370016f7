import { describe, expect, it } from 'vitest';
import type { Model } from '$lib/api/types';
import { chatBody, continuation, type Turn } from './completion';

const turn = (role: Turn['role'], content: string): Turn => ({ id: content, role, content });

describe('requests', () => {
	it('begin with the system text and leave empty turns out', () => {
		const turns = [turn('user', 'Hi'), turn('assistant', ' '), turn('user', 'Again')];
		expect(chatBody('m', 'Be kind.', turns, { temperature: 0, top_p: undefined })).toEqual({
			model: 'm',
			stream: true,
			messages: [
				{ role: 'system', content: 'Be kind.' },
				{ role: 'user', content: 'Hi' },
				{ role: 'user', content: 'Again' }
			],
			params: { temperature: 0 }
		});
		expect(chatBody('m', '', turns, {}).messages).toHaveLength(2);
	});

	it('continue a bare text where the server can', () => {
		const ollama: Model = { id: 'o', name: 'O', owned_by: 'ollama' };
		expect(continuation(ollama, 'o', 'Once', { temperature: 1 })).toEqual({
			path: '/ollama/v1/completions',
			body: { model: 'o', prompt: 'Once', stream: true, temperature: 1 }
		});
		const other = continuation(undefined, 'm', 'Once', {});
		expect(other.path).toBe('/api/chat/completions');
		expect(other.body).toMatchObject({ messages: [{ role: 'system' }, { content: 'Once' }] });
	});
});
