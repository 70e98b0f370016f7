/** Ratings of answers. */
import { client, read } from './client';

export interface FeedbackForm {
	type: 'rating';
	data: {
		rating: number;
		model_id: string;
		sibling_model_ids: string[] | null;
		reason?: string;
		comment?: string;
		tags?: string[];
		details?: { rating?: number };
	};
	meta: {
		arena: boolean;
		model_id: string;
		message_id: string;
		message_index: number;
		chat_id: string;
		base_models: Record<string, string>;
	};
	/** The chat as it was when it was rated. */
	snapshot: { chat: unknown };
}

export const createFeedback = (form: FeedbackForm) =>
	read<{ id: string }>(client.POST('/api/v1/evaluations/feedback', { body: form as never }));
export const updateFeedback = (id: string, form: FeedbackForm) =>
	read<{ id: string }>(
		client.POST('/api/v1/evaluations/feedback/{id}', {
			params: { path: { id } },
			body: form as never
		})
	);
export const deleteFeedback = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/evaluations/feedback/{id}', { params: { path: { id } } }));
