import { describe, expect, it } from 'vitest';
import { groupByPeriod, periodOf } from './groups';

const now = new Date(2026, 5, 15, 14, 0, 0);
const at = (...args: [number, number, number, number?]) => new Date(...args).getTime() / 1000;

describe('periodOf', () => {
	it.each([
		[at(2026, 5, 15, 0), { kind: 'today' }],
		[at(2026, 5, 14, 23), { kind: 'yesterday' }],
		[at(2026, 5, 14, 0), { kind: 'yesterday' }],
		[at(2026, 5, 13, 23), { kind: 'week' }],
		[at(2026, 5, 8, 0), { kind: 'week' }],
		[at(2026, 5, 7, 12), { kind: 'month' }],
		[at(2026, 4, 16, 0), { kind: 'month' }],
		[at(2026, 3, 20, 0), { kind: 'named', year: 2026, month: 3 }],
		[at(2025, 11, 31, 0), { kind: 'named', year: 2025, month: null }]
	])('places %d', (time, period) => {
		expect(periodOf(time, now)).toEqual(period);
	});
});

it('keeps the order and joins equal periods', () => {
	const chats = [at(2026, 5, 15, 9), at(2026, 5, 15, 8), at(2026, 5, 14, 9)].map(
		(updated_at, id) => ({
			id,
			updated_at
		})
	);
	const groups = groupByPeriod(chats, now);
	expect(groups.map((g) => [g.id, g.items.map((c) => c.id)])).toEqual([
		['today', [0, 1]],
		['yesterday', [2]]
	]);
});
