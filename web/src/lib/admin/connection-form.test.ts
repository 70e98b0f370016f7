import { describe, expect, it } from 'vitest';
import { cleanUrl, formOf, idsIn, isUrl, readHeaders, settingsOf } from './connection-form';

describe('a connection', () => {
	const kept = {
		enable: false,
		prefix_id: 'p',
		model_ids: ['a'],
		tags: [{ name: 't' }],
		connection_type: 'local',
		auth_type: 'session',
		headers: { 'X-Team': 'blue' },
		azure: true,
		api_version: '2024-10-21',
		later: 1
	};

	it('comes back from the form as it was', () => {
		expect(settingsOf(formOf('u', 'k', kept, 'openai'), kept, 'openai')).toEqual(kept);
	});

	it('keeps nothing that is usual', () => {
		expect(settingsOf(formOf('u', 'k', {}, 'openai'), {}, 'openai')).toEqual({});
		expect(settingsOf(formOf('u', 'k', {}, 'ollama'), {}, 'ollama')).toEqual({});
	});

	it('forgets what was taken out', () => {
		const form = {
			...formOf('u', 'k', kept, 'openai'),
			prefix: ' ',
			tags: [],
			modelIds: [],
			headers: ''
		};
		const settings = settingsOf({ ...form, azure: false }, kept, 'openai');
		expect(settings).toEqual({
			enable: false,
			connection_type: 'local',
			auth_type: 'session',
			later: 1
		});
	});

	it('reads the old name of Microsoft sign-in', () => {
		expect(formOf('u', '', { auth_type: 'azure_ad' }, 'openai').auth).toBe('microsoft_entra_id');
	});
});

it('reads headers line by line', () => {
	expect(readHeaders('X-A: 1\n\n x-b :two words ')).toEqual({ 'X-A': '1', 'x-b': 'two words' });
	expect(readHeaders('X-A: 1\nnonsense')).toEqual({ bad: 'nonsense' });
	expect(readHeaders('bad name: 1')).toEqual({ bad: 'bad name: 1' });
});

it('knows addresses', () => {
	expect(cleanUrl(' http://x/v1// ')).toBe('http://x/v1');
	expect(['http://x', 'https://x/v1', 'x', 'ftp://x', 'http://'].map(isUrl)).toEqual([
		true,
		true,
		false,
		false,
		false
	]);
});

it('finds ids in the answers of different servers', () => {
	expect(idsIn({ data: [{ id: 'a' }, { name: 'b' }, {}] })).toEqual(['a', 'b']);
	expect(idsIn([{ id: 'a' }])).toEqual(['a']);
	expect([idsIn(null), idsIn({ data: 'x' })]).toEqual([[], []]);
});
