import { describe, expect, it } from 'vitest';
import { errorText, joinedLate, reduce, startedHere, type Live } from './reducer';
import type { Message } from './types';

const answer = (fields: Partial<Message> = {}): Message => ({
	id: 'a',
	parentId: 'u',
	childrenIds: [],
	role: 'assistant',
	content: '',
	timestamp: 1,
	...fields
});
const delta = (fields: object) => ({ choices: [{ delta: fields }] });

/** Plays events in order. */
function play(events: [string, unknown][], live: Live = startedHere(), message = answer()) {
	let step = reduce(message, live, '', undefined);
	for (const [type, data] of events) step = reduce(step.message, step.live, type, data);
	return step;
}

describe('chat:completion', () => {
	it('puts the text an answer began with before whole contents', () => {
		const step = play(
			[['chat:completion', { content: ' two' }]],
			startedHere('one'),
			answer({ content: 'one' })
		);
		expect(step.message.content).toBe('one two');
	});

	it('appends deltas and ends with done', () => {
		const step = play([
			['chat:completion', delta({ content: 'Hel' })],
			['chat:completion', delta({ content: 'lo' })],
			['chat:completion', { usage: { total_tokens: 3 } }],
			['chat:completion', { done: true, content: 'Hello', title: 'T' }]
		]);
		expect(step.message).toMatchObject({
			content: 'Hello',
			done: true,
			usage: { total_tokens: 3 }
		});
		expect(step.outcome).toBe('done');
	});

	it('replaces by whole content', () => {
		const step = play([
			['chat:completion', { content: 'One' }],
			['chat:completion', { content: 'One two' }]
		]);
		expect(step.message.content).toBe('One two');
	});

	it('shows thinking live until the server has put it into the content', () => {
		const thinking = play([
			['chat:completion', delta({ reasoning_content: 'hm' })],
			['chat:completion', delta({ reasoning_content: ' so' })]
		]);
		expect(thinking.live.reasoning).toBe('hm so');
		expect(thinking.message.content).toBe('');
		const after = reduce(thinking.message, thinking.live, 'chat:completion', {
			content: '<details>'
		});
		expect(after.live.reasoning).toBe('');
		expect(after.message.content).toBe('<details>');
	});

	it('drops deltas until a snapshot has come when joined late', () => {
		const step = play(
			[
				['chat:completion', delta({ content: ' lost' })],
				['chat:completion', delta({ reasoning_content: 'lost' })],
				['chat:completion', { content: 'w0 w1' }],
				['chat:completion', delta({ content: ' w2' })]
			],
			joinedLate(),
			answer({ content: 'w0' })
		);
		expect(step.message.content).toBe('w0 w1 w2');
		expect(step.live).toMatchObject({ awaitingSnapshot: false, reasoning: '' });
	});

	it('keeps the first sources and takes provider errors', () => {
		const step = play([
			['chat:completion', { sources: [{ n: 1 }] }],
			['chat:completion', { sources: [{ n: 2 }] }],
			['chat:completion', { error: { message: 'no' } }]
		]);
		expect(step.message.sources).toEqual([{ n: 1 }]);
		expect(step.outcome).toBe('failed');
		expect(errorText(step.message)).toBe('no');
	});

	it('takes a whole answer that was not streamed', () => {
		const step = play([['chat:completion', { choices: [{ message: { content: 'All' } }] }]]);
		expect(step.message.content).toBe('All');
	});
});

describe('other events', () => {
	it('handles message, replace, status, files, follow-ups', () => {
		const step = play([
			['status', { description: 'Searching', done: false }],
			['message', { content: 'a' }],
			['replace', { content: 'b' }],
			['chat:message:delta', { content: 'c' }],
			['files', { files: [{ id: 'f' }] }],
			['chat:message:follow_ups', { follow_ups: ['q'] }]
		]);
		expect(step.message).toMatchObject({ content: 'bc', files: [{ id: 'f' }], followUps: ['q'] });
		expect(step.message.statusHistory).toHaveLength(1);
	});

	it('lets the share of a model that is loaded count up in one line', () => {
		const line = (percent: number, done = false): [string, unknown] => [
			'status',
			{ action: 'model_loading', percent, done, hidden: done }
		];
		const step = play([
			['status', { description: 'Searching', done: true }],
			line(10),
			line(60),
			line(100, true)
		]);
		expect(step.message.statusHistory).toHaveLength(2);
		expect(step.message.statusHistory?.[1]).toMatchObject({ percent: 100, hidden: true });
	});

	it('collects citations but not executed code', () => {
		const step = play([
			['source', { source: { name: 'x' } }],
			['citation', { type: 'code_execution', id: '1' }]
		]);
		expect(step.message.sources).toEqual([{ source: { name: 'x' } }]);
	});

	it('ends on errors and on cancel, but does not reopen a finished answer', () => {
		const failed = play([['chat:message:error', { error: { content: 'bad' } }]]);
		expect(failed.outcome).toBe('failed');
		expect(errorText(failed.message)).toBe('bad');
		expect(play([['chat:tasks:cancel', undefined]]).outcome).toBe('cancelled');
		const finished = answer({ done: true });
		expect(reduce(finished, startedHere(), 'chat:tasks:cancel', undefined).outcome).toBeUndefined();
	});

	it('leaves a message alone for events it does not know', () => {
		const message = answer();
		expect(reduce(message, startedHere(), 'chat:presence', {}).message).toBe(message);
	});
});

describe('errorText', () => {
	it.each([
		[{ content: 'plain' }, 'plain'],
		[{ content: { message: 'inner' } }, 'inner'],
		[{ content: { error: { message: 'deep' } } }, 'deep'],
		[{ content: { code: 7 } }, '{"code":7}']
	])('reads %j', (error, text) => {
		expect(errorText(answer({ error }))).toBe(text);
	});
	it('reads the legacy form and no error', () => {
		expect(errorText(answer({ error: true, content: 'old' }))).toBe('old');
		expect(errorText(answer())).toBe('');
	});
});

it('keeps code that ran by its id', () => {
	const run = (output?: string) => ({ type: 'code_execution', id: 'x', result: { output } });
	const step = play([
		['source', run()],
		['citation', run('1')],
		['source', { source: { name: 'a' } }]
	]);
	expect(step.message.code_executions).toEqual([run('1')]);
	expect(step.message.sources).toHaveLength(1);
});
