import { describe, expect, it } from 'vitest';
import {
	BLOCK_NAMES,
	countGranted,
	current,
	isGranted,
	later,
	treeOf,
	withPermission
} from './permissions';

describe('the tree of permissions', () => {
	it('holds every key of the contract', () => {
		const tree = treeOf(null);
		expect(BLOCK_NAMES.map((block) => Object.keys(tree[block]).length)).toEqual([10, 10, 19, 8]);
		expect(countGranted(tree)).toBe(0);
		const shown = BLOCK_NAMES.flatMap(current).length + later().length;
		expect(shown).toBe(47);
	});

	it('keeps what it does not know and fills what is missing', () => {
		const tree = treeOf({ chat: { edit: true, to_come: true }, features: null });
		expect(tree.chat).toMatchObject({ edit: true, to_come: true, delete: false });
		expect(tree.features).toMatchObject({ notes: false });
	});

	it('changes one permission and leaves the tree it came from', () => {
		const tree = treeOf(null);
		const models = current('workspace')[0]!;
		const changed = withPermission(tree, models, true);
		expect([isGranted(changed, models), isGranted(tree, models)]).toEqual([true, false]);
		expect(countGranted(changed)).toBe(1);
	});
});
