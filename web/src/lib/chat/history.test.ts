import { describe, expect, it } from 'vitest';
import {
	addMessage,
	branch,
	deepestLeaf,
	deleteMessage,
	emptyHistory,
	normalizeHistory,
	patchMessage,
	showVersion,
	siblings,
	versions
} from './history';
import type { History, Message } from './types';

const message = (id: string, parentId: string | null, role: Message['role']): Message => ({
	id,
	parentId,
	childrenIds: [],
	role,
	content: id,
	timestamp: 1
});

/** u1 → a1, a2; a2 → u2 → a3 */
function sample(): History {
	let h = emptyHistory();
	h = addMessage(h, message('u1', null, 'user'));
	h = addMessage(h, message('a1', 'u1', 'assistant'));
	h = addMessage(h, message('a2', 'u1', 'assistant'));
	h = addMessage(h, message('u2', 'a2', 'user'));
	return addMessage(h, message('a3', 'u2', 'assistant'));
}
const ids = (h: History) => branch(h).map((m) => m.id);

describe('branch', () => {
	it('follows parents from the shown leaf to the root', () => {
		expect(ids(sample())).toEqual(['u1', 'a2', 'u2', 'a3']);
	});
	it('ends on a cycle and on a missing parent', () => {
		const h = sample();
		h.messages.u1 = { ...h.messages.u1!, parentId: 'a3' };
		expect(ids(h)).toHaveLength(4);
		h.messages.u2 = { ...h.messages.u2!, parentId: 'nobody' };
		expect(ids(h)).toEqual(['u2', 'a3']);
	});
});

describe('addMessage', () => {
	it('links the parent, shows the new message and leaves the old history alone', () => {
		const before = sample();
		const after = addMessage(before, message('u3', 'a3', 'user'));
		expect(after.currentId).toBe('u3');
		expect(after.messages.a3!.childrenIds).toEqual(['u3']);
		expect(before.messages.a3!.childrenIds).toEqual([]);
		expect(after.messages.u1).toBe(before.messages.u1);
	});
});

describe('siblings', () => {
	it('lists children of the parent in order, and roots together', () => {
		let h = sample();
		expect(siblings(h, 'a1')).toEqual(['a1', 'a2']);
		h = addMessage(h, message('u9', null, 'user'));
		expect(siblings(h, 'u1')).toEqual(['u1', 'u9']);
	});
	it('switches to the newest leaf of the sibling', () => {
		const h = showVersion(sample(), 'a2', -1);
		expect(ids(h)).toEqual(['u1', 'a1']);
		expect(ids(showVersion(h, 'a1', 1))).toEqual(['u1', 'a2', 'u2', 'a3']);
		expect(showVersion(h, 'a1', 5)).toBe(h);
	});
	it('finds the newest leaf at forks', () => {
		expect(deepestLeaf(sample(), 'u1')).toBe('a3');
	});
});

describe('versions', () => {
	it('goes back to where the reader was below a message', () => {
		let h = addMessage(sample(), message('u2b', 'a2', 'user'));
		const trail = new Map([['a2', 'u2']]);
		h = showVersion(h, 'a2', -1);
		expect(ids(showVersion(h, 'a1', 1))).toEqual(['u1', 'a2', 'u2b']);
		expect(ids(showVersion(h, 'a1', 1, trail))).toEqual(['u1', 'a2', 'u2', 'a3']);
	});
	it('stays within the column of a model', () => {
		let h = emptyHistory();
		h = addMessage(h, { ...message('u', null, 'user'), models: ['m', 'n'] });
		h = addMessage(h, { ...message('m1', 'u', 'assistant'), modelIdx: 0 });
		h = addMessage(h, { ...message('n1', 'u', 'assistant'), modelIdx: 1 });
		h = addMessage(h, { ...message('m2', 'u', 'assistant'), modelIdx: 0 });
		expect(versions(h, 'm2')).toEqual(['m1', 'm2']);
		expect(versions(h, 'n1')).toEqual(['n1']);
		expect(showVersion(h, 'm2', -1).currentId).toBe('m1');
	});
});

describe('deleteMessage', () => {
	it('takes answers along with their question and re-attaches what followed', () => {
		const h = deleteMessage(sample(), 'u1');
		expect(Object.keys(h.messages).sort()).toEqual(['a3', 'u2']);
		expect(h.messages.u2!.parentId).toBeNull();
		expect(ids(h)).toEqual(['u2', 'a3']);
	});
	it('goes to the sibling when the shown answer is deleted', () => {
		let h = showVersion(sample(), 'a2', -1);
		h = deleteMessage(h, 'a1');
		expect(h.messages.u1!.childrenIds).toEqual(['a2']);
		expect(ids(h)).toEqual(['u1', 'a2', 'u2', 'a3']);
	});
	it('keeps the conversation after a deleted answer in the middle', () => {
		const h = deleteMessage(sample(), 'a2');
		expect(h.messages.u1!.childrenIds).toEqual(['a1', 'u2']);
		expect(ids(h)).toEqual(['u1', 'u2', 'a3']);
	});
	it('shows the parent when a lone last answer is deleted, and nothing when all is gone', () => {
		let h = deleteMessage(sample(), 'a3');
		expect(h.currentId).toBe('u2');
		h = deleteMessage(deleteMessage(h, 'u2'), 'u1');
		expect(h).toEqual({ currentId: null, messages: {} });
	});
});

describe('patchMessage', () => {
	it('changes one message only', () => {
		const before = sample();
		const after = patchMessage(before, 'a3', { content: 'x' });
		expect(after.messages.a3!.content).toBe('x');
		expect(after.messages.u2).toBe(before.messages.u2);
		expect(patchMessage(before, 'nobody', {})).toBe(before);
	});
});

describe('normalizeHistory', () => {
	it('repairs missing fields and a wrong current message', () => {
		const h = normalizeHistory({
			currentId: 'gone',
			messages: { a: { role: 'user' }, b: { parentId: 'a', timestamp: 5, content: null } }
		});
		expect(h.currentId).toBe('b');
		expect(h.messages.b).toMatchObject({ role: 'assistant', content: '', childrenIds: [] });
		expect(normalizeHistory(undefined)).toEqual(emptyHistory());
	});
	it('keeps fields it does not know', () => {
		const h = normalizeHistory({
			currentId: 'a',
			messages: { a: { id: 'a', annotation: { rating: 1 } } }
		});
		expect(h.messages.a!.annotation).toEqual({ rating: 1 });
	});
});
