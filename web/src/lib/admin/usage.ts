/** Counts of what is in use, from what the server tells. */
import type { ChatFigures } from '$lib/api/usage';

/** A chat of the server's export, as far as it is counted. */
export interface CountedChat {
	user_id: string;
	updated_at?: number;
	chat?: { history?: { messages?: Record<string, { role?: string; model?: string }> } } | null;
}

export interface Count {
	id: string;
	chats: number;
	/** What people wrote. */
	questions: number;
	/** What models wrote, all versions counted. */
	answers: number;
}

const add = (counts: Map<string, Count>, id: string): Count => {
	const count = counts.get(id) ?? { id, chats: 0, questions: 0, answers: 0 };
	counts.set(id, count);
	return count;
};

const byAnswers = (a: Count, b: Count) =>
	b.answers - a.answers || b.chats - a.chats || a.id.localeCompare(b.id);

/** Counts chats and messages for each account and each model. */
export function countChats(chats: CountedChat[]): { accounts: Count[]; models: Count[] } {
	const accounts = new Map<string, Count>();
	const models = new Map<string, Count>();
	for (const { user_id, chat } of chats) {
		const account = add(accounts, user_id);
		account.chats += 1;
		const inChat = new Set<string>();
		for (const message of Object.values(chat?.history?.messages ?? {})) {
			if (message.role === 'user') account.questions += 1;
			if (message.role !== 'assistant') continue;
			account.answers += 1;
			if (!message.model) continue;
			const model = add(models, message.model);
			model.answers += 1;
			if (!inChat.has(message.model)) model.chats += 1;
			inChat.add(message.model);
		}
	}
	return {
		accounts: [...accounts.values()].sort(byAnswers),
		models: [...models.values()].sort(byAnswers)
	};
}

/** The sums over one's own chats. */
export function sum(figures: ChatFigures[]): {
	questions: number;
	answers: number;
	seconds: number;
} {
	let questions = 0;
	let answers = 0;
	let waited = 0;
	for (const chat of figures) {
		questions += chat.history_user_message_count;
		answers += chat.history_assistant_message_count;
		waited += chat.average_response_time * chat.history_assistant_message_count;
	}
	return { questions, answers, seconds: answers ? waited / answers : 0 };
}

const DAY = 86_400;
/** Spans of days in which accounts are counted as active. */
export const SPANS = [1, 7, 30] as const;

/** How many of these moments lie within each span. */
export const activeWithin = (moments: number[], now: number): number[] =>
	SPANS.map((days) => moments.filter((moment) => moment >= now - days * DAY).length);

export const isBeyond = (moment: number, now: number): boolean => moment < now - 30 * DAY;
