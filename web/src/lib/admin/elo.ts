/**
 * The leaderboard: Elo ratings from people's judgements of answers. A thumb up for an answer counts as a win against
 * every other model that answered the same question, a thumb down as a defeat. A judgement without other answers
 * counts among won and lost, but moves no rating: there was nobody to compare with.
 */

export const START = 1000;
const STEP = 32;
const SCALE = 400;

export interface Judgement {
	created_at: number;
	data?: { [field: string]: unknown } | null;
	meta?: { [field: string]: unknown } | null;
}

export interface Standing {
	id: string;
	/** Null until the model has been compared with another one. */
	rating: number | null;
	won: number;
	lost: number;
}

interface Game {
	model: string;
	won: boolean;
	others: string[];
}

function gameOf({ data }: Judgement): Game | undefined {
	const model = data?.model_id;
	const rating = Number(data?.rating);
	if (typeof model !== 'string' || !model || (rating !== 1 && rating !== -1)) return undefined;
	const siblings = Array.isArray(data?.sibling_model_ids) ? data.sibling_model_ids : [];
	const others = siblings.filter((id): id is string => typeof id === 'string' && id !== model);
	return { model, won: rating === 1, others };
}

const expected = (own: number, other: number): number => 1 / (1 + 10 ** ((other - own) / SCALE));

/** Best first; models that were never compared come last, by how often they won. */
export function leaderboard(judgements: Judgement[]): Standing[] {
	const ratings = new Map<string, number>();
	const counts = new Map<string, { won: number; lost: number }>();
	const ratingOf = (id: string) => ratings.get(id) ?? START;
	const inOrder = [...judgements].sort((a, b) => a.created_at - b.created_at);

	for (const judgement of inOrder) {
		const game = gameOf(judgement);
		if (!game) continue;
		const count = counts.get(game.model) ?? { won: 0, lost: 0 };
		if (game.won) count.won += 1;
		else count.lost += 1;
		counts.set(game.model, count);
		for (const other of game.others) {
			if (!counts.has(other)) counts.set(other, { won: 0, lost: 0 });
			const change = STEP * ((game.won ? 1 : 0) - expected(ratingOf(game.model), ratingOf(other)));
			// Both from the ratings before the game.
			const [own, theirs] = [ratingOf(game.model) + change, ratingOf(other) - change];
			ratings.set(game.model, own);
			ratings.set(other, theirs);
		}
	}
	return [...counts]
		.map(([id, count]) => ({ id, rating: ratings.get(id) ?? null, ...count }))
		.sort(
			(a, b) =>
				(b.rating ?? -Infinity) - (a.rating ?? -Infinity) ||
				b.won - a.won ||
				a.lost - b.lost ||
				a.id.localeCompare(b.id)
		);
}

/** The topics people or the task model gave to judgements, most frequent first. */
export function topicsOf(judgements: Judgement[]): string[] {
	const counts = new Map<string, number>();
	for (const judgement of judgements) {
		for (const tag of tagsOf(judgement)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
	}
	return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([tag]) => tag);
}

export const aboutTopic = (judgements: Judgement[], topic: string): Judgement[] =>
	judgements.filter((judgement) => tagsOf(judgement).includes(topic));

/** Some clients keep tags beside the rating, some beside the chat. */
function tagsOf({ data, meta }: Judgement): string[] {
	const tags = [data?.tags, meta?.tags].flatMap((list) => (Array.isArray(list) ? list : []));
	return [...new Set(tags.filter((tag): tag is string => typeof tag === 'string'))];
}
