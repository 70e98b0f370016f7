import { describe, expect, it } from 'vitest';
import { flatten, folderPath, folderTree, isWithin } from './folder-tree';

const folder = (id: string, parent_id: string | null = null, name = id) => ({
	id,
	name,
	parent_id
});
const outline = (folders: ReturnType<typeof folder>[]) =>
	flatten(folderTree(folders)).map(({ folder, depth }) => '-'.repeat(depth) + folder.id);

describe('folderTree', () => {
	it('nests folders and sorts them as people read', () => {
		const folders = [
			folder('c'),
			folder('b', 'a'),
			folder('a'),
			folder('a2', 'a', 'B 10'),
			folder('a1', 'a', 'b 9')
		];
		expect(outline(folders)).toEqual(['a', '-b', '-a1', '-a2', 'c']);
	});

	it('shows folders whose parent is gone', () => {
		expect(outline([folder('a', 'gone')])).toEqual(['a']);
	});

	it('shows folders that lie in each other', () => {
		expect(outline([folder('a', 'b'), folder('b', 'a')]).sort()).toEqual(['a', 'b']);
	});
});

describe('folderPath', () => {
	const folders = [
		folder('a'),
		folder('b', 'a'),
		folder('c', 'b'),
		folder('x', 'y'),
		folder('y', 'x')
	];

	it('leads from the top to the folder', () => {
		expect(folderPath(folders, 'c').map((f) => f.id)).toEqual(['a', 'b', 'c']);
		expect(folderPath(folders, null)).toEqual([]);
		expect(folderPath(folders, 'gone')).toEqual([]);
	});

	it('ends in a circle', () => {
		expect(folderPath(folders, 'x').map((f) => f.id)).toEqual(['y', 'x']);
	});

	it('tells what lies in what', () => {
		expect(isWithin(folders, 'c', 'a')).toBe(true);
		expect(isWithin(folders, 'a', 'c')).toBe(false);
		expect(isWithin(folders, 'a', 'a')).toBe(true);
	});
});
