import { describe, expect, it } from 'vitest';
import { batches } from './import';

describe('batches', () => {
	it('keeps to the number and to the size', () => {
		expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
		expect(batches(['aaaa', 'bbbb', 'c'], 10, 10)).toEqual([['aaaa'], ['bbbb', 'c']]);
		expect(batches(['far too long for one'], 10, 5)).toHaveLength(1);
		expect(batches([])).toEqual([]);
	});
});
