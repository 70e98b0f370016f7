import { describe, expect, it } from 'vitest';
import type { History } from '$lib/chat/types';
import { chatsIn } from './formats';

const node = (id: string, parent: string | null, role: string, text: string, more = {}) => ({
	id,
	parent,
	children: [],
	message: {
		author: { role },
		content: { content_type: 'text', parts: [text] },
		create_time: 1700000000.5,
		metadata: {},
		...more
	}
});

const conversation = (nodes: ReturnType<typeof node>[], more = {}) => ({
	title: 'Bees',
	create_time: 1700000000.9,
	update_time: 1700000100.2,
	mapping: Object.fromEntries(nodes.map((n) => [n.id, n])),
	...more
});

describe('own exports', () => {
	const record = {
		id: 'x',
		title: 'Kept',
		chat: { title: 'Kept', history: { currentId: null, messages: {} } },
		pinned: true,
		meta: { tags: ['a'] },
		created_at: 10,
		updated_at: 20,
		folder_id: 'elsewhere'
	};

	it('keeps dates, tags and pin, and forgets folders of another account', () => {
		expect(chatsIn([record])).toEqual([
			{ chat: record.chat, meta: { tags: ['a'] }, pinned: true, created_at: 10, updated_at: 20 }
		]);
	});

	it('reads a single chat and a bare document', () => {
		expect(chatsIn(record)).toHaveLength(1);
		expect(chatsIn({ title: 'Bare', history: { messages: {} } })[0]!.chat.title).toBe('Bare');
		expect(chatsIn({ messages: [] })[0]!.chat.title).toBe('New Chat');
	});

	it('takes nothing out of what is no chat', () => {
		for (const file of [null, 7, 'x', {}, [], [{}], [[record]], { chat: 'x' }])
			expect(chatsIn(file)).toEqual([]);
	});
});

describe('ChatGPT exports', () => {
	it('makes a tree, leaving out what is not shown', () => {
		const nodes = [
			{ ...node('root', null, 'system', ''), message: null as never },
			node('hidden', 'root', 'user', 'profile', {
				metadata: { is_visually_hidden_from_conversation: true }
			}),
			node('q', 'hidden', 'user', 'How do bees dance?'),
			node('tool', 'q', 'tool', 'searching'),
			node('a', 'tool', 'assistant', 'In eights.', { metadata: { model_slug: 'gpt-4' } }),
			node('b', 'q', 'assistant', 'In circles.')
		];
		const [chat] = chatsIn([conversation(nodes, { current_node: 'a' })]);
		const history = chat!.chat.history as History;
		expect(Object.keys(history.messages)).toEqual(['q', 'a', 'b']);
		expect(history.currentId).toBe('a');
		expect(history.messages.q).toMatchObject({ parentId: null, childrenIds: ['a', 'b'] });
		expect(history.messages.a).toMatchObject({ parentId: 'q', model: 'gpt-4', done: true });
		expect(chat).toMatchObject({ created_at: 1700000000, updated_at: 1700000100 });
		expect(chat!.chat.models).toEqual(['gpt-4']);
	});

	it('shows the newest leaf when the file names none', () => {
		const nodes = [
			node('q', null, 'user', 'one'),
			node('a', 'q', 'assistant', 'old', { create_time: 5 }),
			node('b', 'q', 'assistant', 'new', { create_time: 9 })
		];
		const [chat] = chatsIn([conversation(nodes)]);
		expect((chat!.chat.history as History).currentId).toBe('b');
	});

	it('skips conversations without a word, and nodes in a circle', () => {
		expect(chatsIn([conversation([node('s', null, 'system', 'x')])])).toEqual([]);
		const circle = (text: string) => [
			node('a', 'b', 'user', 'x'),
			node('b', 'a', 'assistant', text)
		];
		expect(chatsIn([conversation(circle(''))])).toHaveLength(1);
		expect(chatsIn([conversation(circle('y'))])).toHaveLength(1);
	});
});
