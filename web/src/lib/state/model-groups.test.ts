import { describe, expect, it } from 'vitest';
import type { Model } from '$lib/api/types';
import { filtersOf, groupModels, passes } from './model-groups';

const model = (id: string, more: Partial<Model> = {}): Model => ({
	id,
	name: id,
	owned_by: 'openai',
	...more
});
const labels = { local: 'Local', external: 'External', direct: 'Direct' };

describe('filters', () => {
	it('are kinds when there are several, and tags', () => {
		const models = [
			model('a', { tags: [{ name: 'fast' }] }),
			model('b', { owned_by: 'ollama', tags: [{ name: 'code' }, { name: 'fast' }] })
		];
		expect(filtersOf(models, labels).map((f) => f.id)).toEqual([
			'kind:local',
			'kind:external',
			'tag:code',
			'tag:fast'
		]);
		expect(models.filter((m) => passes(m, 'kind:local')).map((m) => m.id)).toEqual(['b']);
		expect(models.filter((m) => passes(m, 'tag:fast'))).toHaveLength(2);
		expect(models.filter((m) => passes(m, ''))).toHaveLength(2);
		expect(filtersOf([model('a')], labels)).toEqual([]);
	});
});

describe('groups', () => {
	it('put custom models first and number connections of a kind', () => {
		const groups = groupModels(
			[model('x', { urlIdx: 1 }), model('p', { preset: true }), model('y', { urlIdx: 0 })],
			'',
			{ custom: 'Custom', arena: 'Arena', ollama: 'Ollama', openai: 'API' }
		);
		expect(groups.map((g) => [g.label, g.models.map((m) => m.id)])).toEqual([
			['Custom', ['p']],
			['API 1', ['y']],
			['API 2', ['x']]
		]);
	});
});
