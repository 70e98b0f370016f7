import { describe, expect, it } from 'vitest';
import { columnOf, columnsOf } from './columns';
import { addMessage, emptyHistory } from './history';
import type { Message } from './types';

const message = (id: string, parentId: string | null, more: Partial<Message>): Message => ({
	id,
	parentId,
	childrenIds: [],
	role: 'assistant',
	content: '',
	timestamp: 1,
	...more
});

function turn(models: string[], ...answers: Partial<Message>[]) {
	let history = addMessage(emptyHistory(), message('u', null, { role: 'user', models }));
	answers.forEach((more, i) => (history = addMessage(history, message(`a${i}`, 'u', more))));
	return history;
}

describe('columns', () => {
	it('group the answers by the model’s place, versions together', () => {
		const history = turn(['m', 'n'], { modelIdx: 0 }, { modelIdx: 1 }, { modelIdx: 0, model: 'x' });
		expect(columnsOf(history, 'u').map((c) => c.ids)).toEqual([['a0', 'a2'], ['a1']]);
		expect(columnOf(history, 'a2')?.index).toBe(0);
	});
	it('find their place by the model’s name in old documents', () => {
		const history = turn(['m', 'n'], { model: 'n' }, { model: 'm' });
		expect(columnsOf(history, 'u').map((c) => c.ids)).toEqual([['a1'], ['a0']]);
	});
	it('keep the same model apart when it was asked twice', () => {
		const history = turn(['m', 'm'], { modelIdx: 0, model: 'm' }, { modelIdx: 1, model: 'm' });
		expect(columnsOf(history, 'u')).toHaveLength(2);
	});
	it('are none for one model, one answer, or nothing', () => {
		expect(columnsOf(turn(['m'], {}, {}), 'u')).toEqual([]);
		expect(columnsOf(turn(['m', 'n'], { modelIdx: 0 }), 'u')).toEqual([]);
		expect(columnsOf(turn(['m', 'n']), null)).toEqual([]);
		expect(columnsOf(turn(['m', 'n'], {}), 'a0')).toEqual([]);
	});
});
