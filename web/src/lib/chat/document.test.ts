import { describe, expect, it } from 'vitest';
import * as doc from './document';
import { addMessage, emptyHistory } from './history';

function exchange() {
	const question = doc.userMessage(null, 'Hi', ['m1']);
	const answer = doc.assistantMessage(question.id, { id: 'm1', name: 'Model 1' });
	const history = addMessage(addMessage(emptyHistory(), question), answer);
	return { question, answer, history };
}

const request = (over: Partial<doc.TurnRequest> = {}): doc.TurnRequest => ({
	...exchange(),
	chatId: 'c',
	sessionId: 's',
	model: { id: 'm1' },
	params: {},
	variables: {},
	...over
});

describe('completionBody', () => {
	it('names the turn and asks for a title on the first exchange only', () => {
		const turn = request();
		expect(doc.completionBody(turn)).toMatchObject({
			stream: true,
			model: 'm1',
			messages: [{ role: 'user', content: 'Hi' }],
			session_id: 's',
			chat_id: 'c',
			id: turn.answer.id,
			parent_id: turn.question.id,
			background_tasks: {
				title_generation: true,
				tags_generation: true,
				follow_up_generation: true
			}
		});
		const next = doc.userMessage(turn.answer.id, 'More', ['m1']);
		const later = request({ question: next, history: addMessage(turn.history, next) });
		expect(doc.completionBody(later).background_tasks).toEqual({ follow_up_generation: true });
	});

	it('puts the chat’s system prompt first and keeps it out of the parameters', () => {
		const body = doc.completionBody(request({ params: { system: 'Be brief', temperature: 1 } }));
		expect(body.messages[0]).toEqual({ role: 'system', content: 'Be brief' });
		expect(body.params).toEqual({ temperature: 1 });
	});
});

describe('providerMessages', () => {
	it('drops empty answers and thinking', () => {
		const { history, answer } = exchange();
		const second = doc.userMessage(answer.id, 'Again', []);
		const grown = addMessage(history, second);
		expect(doc.providerMessages(grown, second.id)).toHaveLength(2);
		grown.messages[answer.id] = {
			...answer,
			content: '<details type="reasoning" done="true">\n&gt; x\n</details>\nHello'
		};
		expect(doc.providerMessages(grown, second.id)[1]).toEqual({
			role: 'assistant',
			content: 'Hello'
		});
	});
});

describe('mergeCompleted', () => {
	it('keeps what a filter replaced', () => {
		const { history, answer } = exchange();
		const merged = doc.mergeCompleted(history, [
			{ id: answer.id, content: 'filtered' },
			{ id: 'unknown', content: 'x' }
		]);
		expect(merged.messages[answer.id]).toMatchObject({ content: 'filtered', originalContent: '' });
		expect(Object.keys(merged.messages)).toHaveLength(2);
		expect(doc.mergeCompleted(history, undefined)).toBe(history);
	});
});

it('saves the branch as a flat list too', () => {
	const { history } = exchange();
	expect(doc.newDocument(['m1'], history)).toMatchObject({ title: 'New Chat', models: ['m1'] });
	expect(doc.savePayload({ models: [], history }).messages.map((m) => m.role)).toEqual([
		'user',
		'assistant'
	]);
});
