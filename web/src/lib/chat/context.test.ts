import { describe, expect, it } from 'vitest';
import { asContext, itemsWithWords, keyOf, withContext } from './context';
import { providerMessages, userMessage, assistantMessage } from './document';
import { addMessage, emptyHistory } from './history';

const note = { type: 'note', id: 'n', name: 'Owls' };
const file = { type: 'file', id: 'f', name: 'a"<b>.txt' };
const texts = new Map([
	[keyOf(note), 'They hoot.'],
	[keyOf(file), 'Second.']
]);

function conversation() {
	const first = userMessage(null, 'One', [], [note, { type: 'image', url: 'p' }]);
	const answer = { ...assistantMessage(first.id, { id: 'm', name: 'M' }), content: 'Yes' };
	const second = userMessage(answer.id, 'Two', [], [file]);
	let history = emptyHistory();
	for (const message of [first, answer, second]) history = addMessage(history, message);
	return { history, leaf: second.id };
}

describe('context', () => {
	it('stands before the messages that brought it, the chat’s before the first', () => {
		const { history, leaf } = conversation();
		const chatFiles = [{ type: 'text', name: 'Rules' }];
		const all = new Map([...texts, [keyOf(chatFiles[0]!), 'Be brief.']]);
		const sent = withContext(providerMessages(history, leaf), history, leaf, chatFiles, all);
		expect(sent.map((m) => m.content)).toEqual([
			[
				{
					type: 'text',
					text: '<attachment name="Rules">\nBe brief.\n</attachment>\n\n<attachment name="Owls">\nThey hoot.\n</attachment>\n\nOne'
				},
				{ type: 'image_url', image_url: { url: 'p' } }
			],
			'Yes',
			'<attachment name="a  b .txt">\nSecond.\n</attachment>\n\nTwo'
		]);
	});
	it('is each thing once, pictures left out', () => {
		const { history, leaf } = conversation();
		expect(itemsWithWords(history, leaf, [note])).toEqual([note, file]);
	});
	it('is cut where it would be too long, and nothing when there are no words', () => {
		expect(asContext([note], new Map([[keyOf(note), 'x'.repeat(130_000)]]))).toContain('\n[…]');
		expect(asContext([note], new Map())).toBe('');
	});
});
