import { describe, expect, it } from 'vitest';
import type { Model } from '$lib/api/types';
import type { ModelRow } from '$lib/api/workspace';
import { bodyFor, finds, isActive, isHidden, mergeModels } from './model-list';

const compare = (a: string, b: string) => a.localeCompare(b);
const base = (id: string): Model => ({ id, name: id.toUpperCase(), owned_by: 'openai' });
const row = (id: string, fields: Partial<ModelRow> = {}): ModelRow => ({
	id,
	user_id: 'u',
	base_model_id: null,
	name: `Row ${id}`,
	params: { a: 1 },
	meta: { b: 2 },
	access_control: null,
	is_active: true,
	created_at: 0,
	updated_at: 0,
	...fields
});

describe('the list of models', () => {
	const list = mergeModels(
		[base('b'), base('a')],
		[row('a', { is_active: false }), row('gone')],
		[row('p', { base_model_id: 'b' }), row('q', { base_model_id: 'gone' })],
		['p', 'b'],
		compare
	);

	it('follows the chosen order, then the names', () => {
		expect(list.map(({ id }) => id)).toEqual(['p', 'b', 'a', 'gone', 'q']);
	});

	it('knows what nobody gives just now', () => {
		expect(list.filter(({ away }) => away).map(({ id }) => id)).toEqual(['gone', 'q']);
	});

	it('tells what is on', () => {
		expect(list.map(isActive)).toEqual([true, true, false, true, true]);
	});
});

describe('a change', () => {
	const [plain] = mergeModels([base('a')], [], [], [], compare);

	it('makes a private row for a model that had none', () => {
		expect(bodyFor(plain!, { hidden: true })).toEqual({
			id: 'a',
			base_model_id: null,
			name: 'A',
			params: {},
			meta: { hidden: true },
			access_control: {},
			is_active: true
		});
	});

	it('keeps the rest of a row', () => {
		const [model] = mergeModels([base('a')], [row('a')], [], [], compare);
		expect(bodyFor(model!, { access: {} })).toMatchObject({
			name: 'Row a',
			params: { a: 1 },
			meta: { b: 2 },
			access_control: {}
		});
		expect(bodyFor(model!, { active: false }).access_control).toBeNull();
		expect(isHidden(model!)).toBe(false);
	});
});

it('finds by name, id and base', () => {
	const [model] = mergeModels([], [], [row('p', { base_model_id: 'llama' })], [], compare);
	expect([finds(model!, 'row p'), finds(model!, 'LLAMA'), finds(model!, 'x')]).toEqual([
		true,
		true,
		false
	]);
});
