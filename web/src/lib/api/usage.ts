/** What is in use now, and the figures of one's own chats. */
import { client, read } from './client';

export const usageNow = () =>
	read<{ model_ids: string[]; user_count: number }>(client.GET('/api/usage'));

export interface ChatFigures {
	id: string;
	/** How many messages each model wrote, all branches counted. */
	history_models: Record<string, number>;
	history_message_count: number;
	history_user_message_count: number;
	history_assistant_message_count: number;
	average_response_time: number;
	updated_at: number;
	created_at: number;
}

export const figuresOfChats = (page: number, items_per_page: number) =>
	read<{ items: ChatFigures[]; total: number }>(
		client.GET('/api/v1/chats/stats/usage', { params: { query: { page, items_per_page } } })
	);
