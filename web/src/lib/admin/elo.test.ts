import { describe, expect, it } from 'vitest';
import { aboutTopic, leaderboard, topicsOf, type Judgement } from './elo';

let clock = 0;
const judge = (
	model: string,
	rating: number | string,
	others: string[] = [],
	tags: string[] = []
): Judgement => ({
	created_at: ++clock,
	data: { model_id: model, rating, sibling_model_ids: others },
	meta: { tags }
});

describe('leaderboard', () => {
	it('moves equal models by half a step', () => {
		expect(leaderboard([judge('a', 1, ['b'])])).toEqual([
			{ id: 'a', rating: 1016, won: 1, lost: 0 },
			{ id: 'b', rating: 984, won: 0, lost: 0 }
		]);
		expect(leaderboard([judge('a', -1, ['b'])]).map(({ id, rating }) => [id, rating])).toEqual([
			['b', 1016],
			['a', 984]
		]);
	});

	it('gives less for a win that was expected', () => {
		const [first] = leaderboard([judge('a', 1, ['b']), judge('a', 1, ['b'])]);
		expect(first!.rating).toBeCloseTo(1030.53, 2);
	});

	it('keeps the sum of all ratings', () => {
		const all = [judge('a', 1, ['b', 'c']), judge('c', '-1', ['b']), judge('b', 1, ['a'])];
		const sum = leaderboard(all).reduce((total, { rating }) => total + rating!, 0);
		expect(sum).toBeCloseTo(3000, 9);
	});

	it('plays the games in the order in which they were judged', () => {
		const all = [judge('a', 1, ['b']), judge('b', 1, ['a']), judge('b', 1, ['a'])];
		expect(leaderboard([...all].reverse())).toEqual(leaderboard(all));
	});

	it('counts judgements without other answers, but does not rate them', () => {
		expect(
			leaderboard([judge('lonely', 1), judge('a', 1, ['b']), judge('lonely', 1, ['lonely'])])
		).toEqual([
			{ id: 'a', rating: 1016, won: 1, lost: 0 },
			{ id: 'b', rating: 984, won: 0, lost: 0 },
			{ id: 'lonely', rating: null, won: 2, lost: 0 }
		]);
	});

	it('passes over what is no judgement', () => {
		const odd: Judgement[] = [
			{ created_at: 1 },
			{ created_at: 2, data: { model_id: 'a' } },
			{ created_at: 3, data: { rating: 1 } },
			{ created_at: 4, data: { model_id: 'a', rating: 7 } }
		];
		expect(leaderboard(odd)).toEqual([]);
	});
});

describe('topics', () => {
	const all = [judge('a', 1, [], ['birds']), judge('b', 1, [], ['code', 'birds']), judge('c', 1)];
	it('are counted and chosen', () => {
		expect(topicsOf(all)).toEqual(['birds', 'code']);
		const twice = { created_at: 1, data: { tags: ['birds'] }, meta: { tags: ['birds', 3] } };
		expect(topicsOf([twice])).toEqual(['birds']);
		expect(aboutTopic(all, 'code').map(({ data }) => data!.model_id)).toEqual(['b']);
	});
});
