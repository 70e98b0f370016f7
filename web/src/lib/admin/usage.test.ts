import { expect, it } from 'vitest';
import { activeWithin, countChats, isBeyond, sum, type CountedChat } from './usage';

const message = (role: string, model?: string) => ({ role, model });

it('counts chats and messages for accounts and models', () => {
	const chats: CountedChat[] = [
		{
			user_id: 'a',
			chat: {
				history: {
					messages: {
						1: message('user'),
						2: message('assistant', 'm'),
						3: message('assistant', 'm'),
						4: message('assistant', 'n')
					}
				}
			}
		},
		{ user_id: 'b', chat: { history: { messages: { 1: message('user') } } } },
		{ user_id: 'b', chat: null },
		{ user_id: 'a', chat: { history: { messages: { 1: message('assistant') } } } }
	];
	expect(countChats(chats)).toEqual({
		accounts: [
			{ id: 'a', chats: 2, questions: 1, answers: 4 },
			{ id: 'b', chats: 2, questions: 1, answers: 0 }
		],
		models: [
			{ id: 'm', chats: 1, questions: 0, answers: 2 },
			{ id: 'n', chats: 1, questions: 0, answers: 1 }
		]
	});
});

it('weighs the time of an answer by how many there were', () => {
	const figures = (answers: number, seconds: number) => ({
		id: 'c',
		history_models: {},
		history_message_count: 0,
		history_user_message_count: 1,
		history_assistant_message_count: answers,
		average_response_time: seconds,
		updated_at: 0,
		created_at: 0
	});
	expect(sum([figures(1, 10), figures(3, 2)])).toEqual({ questions: 2, answers: 4, seconds: 4 });
	expect(sum([])).toEqual({ questions: 0, answers: 0, seconds: 0 });
});

it('counts who was active', () => {
	const now = 10_000_000;
	const days = [0, 0.5, 3, 20, 40].map((ago) => now - ago * 86_400);
	expect(activeWithin(days, now)).toEqual([2, 3, 4]);
	expect(days.map((moment) => isBeyond(moment, now))).toEqual([false, false, false, false, true]);
});
