import { expect, it } from 'vitest';
import { inOrder, moved } from './order';

it('moves an entry up, down and nowhere', () => {
	expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
	expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
	expect(moved(['a', 'b'], 5, 0)).toEqual(['a', 'b']);
});

it('puts named entries first and keeps the others as they were', () => {
	expect(inOrder(['a', 'b', 'c', 'd'], ['c', 'x', 'a'], (id) => id)).toEqual(['c', 'a', 'b', 'd']);
});
