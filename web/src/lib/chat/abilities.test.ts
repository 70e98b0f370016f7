import { expect, it } from 'vitest';
import type { Model } from '$lib/api/types';
import { lacks } from './abilities';

it('takes a model to be able unless somebody said otherwise', () => {
	const model = (capabilities?: Record<string, boolean> | null): Model => ({
		id: 'm',
		name: 'M',
		owned_by: 'openai',
		info: { meta: { capabilities } }
	});
	expect(lacks(undefined, 'vision')).toBe(false);
	expect(lacks({ id: 'm', name: 'M', owned_by: 'openai' }, 'vision')).toBe(false);
	expect(lacks(model(null), 'citations')).toBe(false);
	expect(lacks(model({ citations: true }), 'citations')).toBe(false);
	expect(lacks(model({ citations: false }), 'citations')).toBe(true);
});
