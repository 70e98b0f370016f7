import { describe, expect, it } from 'vitest';
import { Offsets, windowOf } from './offsets';

const rows = (n: number) => Array.from({ length: n }, (_, i) => `r${i}`);

function list(n: number) {
	const offsets = new Offsets();
	offsets.setRows(rows(n), () => 100);
	return offsets;
}

describe('offsets', () => {
	it('add up estimates and measures', () => {
		const offsets = list(5);
		expect(offsets.total).toBe(500);
		expect(offsets.measure('r1', 40)).toBe(true);
		expect(offsets.measure('r1', 40)).toBe(false);
		expect([0, 1, 2, 5].map((i) => offsets.start(i))).toEqual([0, 100, 140, 440]);
		expect(offsets.isMeasured(1)).toBe(true);
		expect(offsets.isMeasured(0)).toBe(false);
	});

	it('find the row at a place', () => {
		const offsets = list(5);
		offsets.measure('r0', 10);
		expect([-5, 0, 9, 10, 109, 110, 9999].map((y) => offsets.at(y))).toEqual([0, 0, 0, 1, 1, 2, 4]);
		expect(new Offsets().at(5)).toBe(0);
	});

	it('keep measures when rows are added, removed or replaced', () => {
		const offsets = list(3);
		for (const key of rows(3)) offsets.measure(key, 50);
		offsets.setRows(['r0', 'x', 'r2', 'y'], () => 7);
		expect(offsets.total).toBe(50 + 7 + 50 + 7);
		expect(offsets.indexOf('r2')).toBe(2);
		expect(offsets.indexOf('r1')).toBe(-1);
		expect(offsets.measure('r1', 60)).toBe(false);
		offsets.setRows(['r1'], () => 7);
		expect(offsets.total).toBe(60);
		offsets.setRows([], () => 7);
		expect(offsets.total).toBe(0);
	});

	it('start anew when the width changes', () => {
		const offsets = list(2);
		offsets.measure('r0', 10);
		offsets.forget(() => 200);
		expect(offsets.total).toBe(400);
	});
});

describe('windowOf', () => {
	it('shows what is in sight and a margin', () => {
		expect(windowOf(list(1000), 5000, 800, 300)).toEqual({ start: 47, end: 62 });
		expect(windowOf(list(1000), 0, 800, 300)).toEqual({ start: 0, end: 12 });
		expect(windowOf(list(1000), 99_200, 800, 300).end).toBe(1000);
	});
	it('shows short lists whole', () => {
		expect(windowOf(list(40), 0, 100, 0)).toEqual({ start: 0, end: 40 });
	});
});
