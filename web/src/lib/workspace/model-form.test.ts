import { describe, expect, it } from 'vitest';
import type { ModelRow } from '$lib/api/workspace';
import {
	NO_PICTURE,
	bodyOf,
	changes,
	copyOf,
	emptyForm,
	formOf,
	readModelFile
} from './model-form';

const row: ModelRow = {
	id: 'helper',
	user_id: 'u',
	base_model_id: 'base',
	name: 'Helper',
	params: { system: 'Be kind.', temperature: 0.2, custom_params: { a: 1 } },
	meta: {
		profile_image_url: NO_PICTURE,
		description: null,
		capabilities: { vision: false, web_search: true },
		tags: [{ name: 'work' }],
		suggestion_prompts: [{ title: ['Hi', 'there'], content: 'Say hi' }],
		knowledge: [{ id: 'k' }],
		hidden: false
	},
	access_control: null,
	is_active: true,
	created_at: 1,
	updated_at: 2
};

describe('a model', () => {
	it('comes back from the form as it was', () => {
		const body = bodyOf(formOf(row), row);
		expect(body.params).toEqual(row.params);
		expect(body.access_control).toBeNull();
		expect(body.meta).toMatchObject({
			profile_image_url: NO_PICTURE,
			description: null,
			tags: [{ name: 'work' }],
			suggestion_prompts: row.meta.suggestion_prompts,
			knowledge: [{ id: 'k' }],
			hidden: false
		});
		// What the editor does not show is not lost.
		expect(body.meta.capabilities).toMatchObject({
			vision: false,
			web_search: true,
			citations: true
		});
	});

	it('counts what is not said about it as able', () => {
		const { capabilities } = formOf({ ...row, meta: {} });
		expect(capabilities).toEqual({
			vision: true,
			file_upload: true,
			citations: true,
			status_updates: true,
			usage: false
		});
	});

	it('tells own suggestions from those of the server', () => {
		expect(formOf({ ...row, meta: {} }).suggestions).toBeNull();
		expect(formOf({ ...row, meta: { suggestion_prompts: [] } }).suggestions).toEqual([]);
		const form = {
			...emptyForm(),
			suggestions: [{ title: ['a', ''] as [string, string], content: ' ' }]
		};
		expect(bodyOf(form).meta.suggestion_prompts).toEqual([]);
	});

	it('knows what was changed', () => {
		const form = formOf(row);
		expect(changes(form, formOf(row))).toEqual([]);
		expect(changes({ ...form, name: 'x', tags: [] }, form)).toEqual(['name', 'tags']);
	});

	it('is copied under an id that is free, and private', () => {
		const copy = copyOf(formOf(row), 'Helper (copy)', (id) => id === 'helper-copy');
		expect(copy).toMatchObject({ id: 'helper-copy-2', name: 'Helper (copy)', access: {} });
	});

	it('is private when it is new', () => {
		expect(emptyForm().access).toEqual({});
	});
});

it('reads files with one model, several, and none', () => {
	expect(readModelFile('{"id":"a"}')).toEqual([{ id: 'a' }]);
	expect(readModelFile('[{"id":"a"},{"info":{"id":"b"}},{"x":1}]')).toEqual([
		{ id: 'a' },
		{ id: 'b' }
	]);
	expect(readModelFile('[]')).toBeUndefined();
	expect(readModelFile('nonsense')).toBeUndefined();
});
