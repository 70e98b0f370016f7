/** Judgements of answers, as administrators see them. */
import type { Direction } from './accounts';
import { client, read } from './client';

export interface Feedback {
	id: string;
	user_id: string;
	type: string;
	data?: {
		rating?: number | string | null;
		model_id?: string | null;
		sibling_model_ids?: string[] | null;
		reason?: string | null;
		comment?: string | null;
		tags?: string[];
		details?: { rating?: number };
		[field: string]: unknown;
	} | null;
	meta?: {
		arena?: boolean;
		chat_id?: string;
		message_id?: string;
		tags?: string[];
		[field: string]: unknown;
	} | null;
	created_at: number;
	updated_at: number;
	user?: { id: string; name: string; email: string } | null;
}

export type FeedbackOrder = 'username' | 'model_id' | 'rating' | 'updated_at';

export const listFeedback = (query: {
	order_by: FeedbackOrder;
	direction: Direction;
	page: number;
}) =>
	read<{ items: Feedback[]; total: number }>(
		client.GET('/api/v1/evaluations/feedbacks/list', { params: { query } })
	);

/** Everything, without the chats: what the leaderboard is computed from. */
export const allFeedback = () => read<Feedback[]>(client.GET('/api/v1/evaluations/feedbacks/all'));

/** Everything, each with its chat as it was. */
export const exportFeedback = () =>
	read<unknown[]>(client.GET('/api/v1/evaluations/feedbacks/all/export'));

export const deleteFeedback = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/evaluations/feedback/{id}', { params: { path: { id } } }));

export const deleteAllFeedback = () =>
	read<boolean>(client.DELETE('/api/v1/evaluations/feedbacks/all'));
