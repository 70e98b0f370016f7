import { describe, expect, it } from 'vitest';
import { addMessage, emptyHistory } from './history';
import { inRows, layOut } from './overview';
import type { History } from './types';

function tree(...links: [string, string | null][]): History {
	let history = emptyHistory();
	for (const [id, parentId] of links) {
		history = addMessage(history, {
			id,
			parentId,
			childrenIds: [],
			role: 'user',
			content: '',
			timestamp: 1
		});
	}
	return history;
}

const at = (history: History) =>
	Object.fromEntries(layOut(history).places.map((p) => [p.message.id, [p.row, p.column]]));

describe('the overview', () => {
	it('keeps a straight conversation straight and puts branches beside it', () => {
		const history = tree(['a', null], ['b', 'a'], ['c', 'b'], ['d', 'a'], ['e', 'd'], ['f', 'd']);
		expect(at(history)).toEqual({
			a: [0, 0],
			b: [1, 0],
			c: [2, 0],
			d: [1, 1],
			e: [2, 1],
			f: [2, 2]
		});
		expect(layOut(history)).toMatchObject({ rows: 3, columns: 3 });
	});
	it('shows several first messages and survives cycles and missing ones', () => {
		const history = tree(['a', null], ['b', null], ['c', 'b']);
		history.messages.c!.childrenIds = ['c', 'gone'];
		expect(at(history)).toEqual({ a: [0, 0], b: [0, 1], c: [1, 1] });
		expect(layOut(emptyHistory())).toEqual({ places: [], rows: 0, columns: 0 });
	});
	it('is deep without recursion, and found by rows', () => {
		const links = Array.from({ length: 3000 }, (_, i): [string, string | null] => [
			`m${i}`,
			i ? `m${i - 1}` : null
		]);
		const { messages } = tree(...links.slice(0, 1));
		for (const [id, parentId] of links.slice(1)) {
			messages[id] = { ...messages.m0!, id, parentId, childrenIds: [] };
			messages[parentId!]!.childrenIds = [id];
		}
		const { places, rows } = layOut({ currentId: null, messages });
		expect(rows).toBe(3000);
		expect(inRows(places, 10, 12).map((p) => p.message.id)).toEqual(['m10', 'm11', 'm12']);
	});
});
