/** The rows of the message list. */
import { columnsOf } from '$lib/chat/columns';
import type { History, Message } from '$lib/chat/types';

/** What stands in one place of the list: a message, or the answers of several models side by side. */
export interface Row {
	key: string;
	/** The message; of columns, the answer that the conversation goes on with. */
	id: string;
	kind: 'user' | 'assistant' | 'columns';
	/** Letters, from which the height is guessed. */
	size: number;
}

export function rowsOf(history: History, path: Message[]): Row[] {
	return path.flatMap(({ id, role, content, parentId }): Row[] => {
		if (role === 'system') return [];
		const row = { key: id, id, kind: role, size: content.length };
		if (role === 'user' || columnsOf(history, parentId).length === 0) return [row];
		// The place stays the same when another column is picked.
		return [{ ...row, key: `columns-${parentId}`, kind: 'columns' }];
	});
}

export const rowKeyOf = (rows: Row[], id: string): string | undefined =>
	rows.find((row) => row.id === id)?.key;

/** Whether a message stands in the list, perhaps beside the one that the conversation goes on with. */
export const isShown = (history: History, path: Message[], id: string): boolean =>
	path.some(
		(message) =>
			message.id === id || columnsOf(history, message.parentId).some(({ ids }) => ids.includes(id))
	);
