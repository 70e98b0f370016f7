/** Lays the message tree out: one row for each step down, branches side by side. */
import type { History, Message } from './types';

export interface Place {
	message: Message;
	row: number;
	column: number;
	/** Where the parent is; undefined for the first messages. */
	parent: { row: number; column: number } | undefined;
}

export interface Overview {
	/** From top to bottom. */
	places: Place[];
	rows: number;
	columns: number;
}

/** A parent stands above its first child; each further child begins where the one before has ended. */
export function layOut(history: History): Overview {
	const { messages } = history;
	const roots = Object.values(messages).filter((m) => !m.parentId || !messages[m.parentId]);
	const places: Place[] = [];
	const seen = new Set<string>();
	let columns = 0;
	let rows = 0;
	// Depth first without recursion: chats are thousands of messages deep.
	const stack: { id: string; row: number; first: boolean; parent: Place['parent'] }[] = [];
	for (const root of roots.toReversed()) {
		stack.push({ id: root.id, row: 0, first: false, parent: undefined });
	}
	for (let next = stack.pop(); next; next = stack.pop()) {
		const message = messages[next.id];
		if (!message || seen.has(next.id)) continue;
		seen.add(next.id);
		const column = next.first && next.parent ? next.parent.column : columns++;
		const here = { row: next.row, column };
		places.push({ message, ...here, parent: next.parent });
		rows = Math.max(rows, next.row + 1);
		message.childrenIds.toReversed().forEach((id, i, all) => {
			stack.push({ id, row: next.row + 1, first: i === all.length - 1, parent: here });
		});
	}
	return { places: places.sort((a, b) => a.row - b.row || a.column - b.column), rows, columns };
}

/** The places in some rows, by binary search. */
export function inRows(places: Place[], from: number, to: number): Place[] {
	const find = (row: number) => {
		let low = 0;
		let high = places.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (places[middle]!.row < row) low = middle + 1;
			else high = middle;
		}
		return low;
	};
	return places.slice(find(from), find(to + 1));
}
