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
	files: [],
	features: {},
	variables: {},
	afterwards: { title: false, tags: false, followUps: false },
	...over
});

describe('completionBody', () => {
	it('names the turn and the tasks that follow', () => {
		const turn = request({ afterwards: { title: true, tags: false, followUps: true } });
		expect(doc.completionBody(turn)).toMatchObject({
			stream: true,
			model: 'm1',
			messages: [{ role: 'user', content: 'Hi' }],
			session_id: 's',
			chat_id: 'c',
			id: turn.answer.id,
			parent_id: turn.question.id
		});
		expect(doc.completionBody(turn).background_tasks).toEqual({
			title_generation: true,
			follow_up_generation: true
		});
	});

	it('puts the chat’s system prompt first and keeps it out of the parameters', () => {
		const params = { system: 'Be brief', temperature: 1, stream_response: false };
		const body = doc.completionBody(request({ params }));
		expect(body.messages[0]).toEqual({ role: 'system', content: 'Be brief' });
		expect(body.params).toEqual({ temperature: 1, stream_response: false });
		expect(body.stream).toBe(false);
	});

	it('asks for usage where the model reports it', () => {
		const model = { info: { meta: { capabilities: { usage: true } } } };
		expect(doc.completionBody(request({ model }))).toMatchObject({
			stream_options: { include_usage: true }
		});
		expect(doc.completionBody(request())).not.toHaveProperty('stream_options');
	});

	it('sends files once, pictures within the message', () => {
		const note = { type: 'note', id: 'n' };
		const question = doc.userMessage(null, 'Look', ['m1'], [note, { type: 'image', url: 'f1' }]);
		const answer = doc.assistantMessage(question.id, { id: 'm1', name: 'M' });
		const history = addMessage(addMessage(emptyHistory(), question), answer);
		const body = doc.completionBody(request({ question, answer, history, files: [note] }));
		expect(body.files).toEqual([note]);
		expect(body.messages).toEqual([
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'Look' },
					{ type: 'image_url', image_url: { url: 'f1' } }
				]
			}
		]);
	});

	it('ends with the answer that is to go on', () => {
		const { question, answer, history } = exchange();
		history.messages[answer.id] = { ...answer, content: 'So far' };
		const body = doc.completionBody(request({ question, answer, history, continues: true }));
		expect(body.messages.at(-1)).toEqual({ role: 'assistant', content: 'So far' });
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

	it('goes on from the merged answer when there is one', () => {
		const { history, answer } = exchange();
		const second = doc.userMessage(answer.id, 'Again', []);
		const grown = addMessage(history, second);
		const merged = { status: true, content: 'Best of both' };
		grown.messages[answer.id] = { ...answer, content: 'One', merged };
		expect(doc.providerMessages(grown, second.id)[1]!.content).toBe('Best of both');
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
		expect(doc.mergeCompleted(history, [{ id: answer.id, content: '' }])).toBe(history);
	});
});

describe('saving', () => {
	const saved = (): doc.Saved => ({
		models: ['m1'],
		history: exchange().history,
		params: { seed: 1 },
		files: []
	});

	it('writes the branch as a flat list too', () => {
		expect(doc.newDocument(saved())).toMatchObject({ title: 'New Chat', models: ['m1'] });
		expect(doc.savePayload(saved()).messages.map((m) => m.role)).toEqual(['user', 'assistant']);
	});

	it('writes the same JSON piece by piece, also after a change', () => {
		const document = saved();
		expect(JSON.parse(doc.saveBody(document))).toEqual({ chat: doc.savePayload(document) });
		const id = document.history.currentId!;
		const changed = { ...document.history.messages[id]!, content: 'New "text"\n' };
		document.history = {
			...document.history,
			messages: { ...document.history.messages, [id]: changed }
		};
		expect(JSON.parse(doc.saveBody(document))).toEqual({ chat: doc.savePayload(document) });
	});
});
