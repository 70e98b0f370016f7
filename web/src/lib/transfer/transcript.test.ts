import { describe, expect, it } from 'vitest';
import { fileName } from '$lib/files/name';
import { asMarkdown, asText } from './transcript';

const names = { you: 'You', assistant: 'Assistant' };
const message = (
	id: string,
	parentId: string | null,
	role: string,
	content: string,
	more = {}
) => ({
	id,
	parentId,
	childrenIds: [],
	role,
	content,
	timestamp: 1,
	...more
});
const history = {
	currentId: 'c',
	messages: {
		a: { ...message('a', null, 'user', 'Hello  '), childrenIds: ['b', 'c'] },
		b: message('b', 'a', 'assistant', 'Not shown'),
		c: message(
			'c',
			'a',
			'assistant',
			'<details type="reasoning" done="true">\n<summary>Thought</summary>\n> hm\n</details>\nGood **day**',
			{ modelName: 'Tiny' }
		)
	}
};

describe('transcripts', () => {
	it('hold the shown branch without thoughts', () => {
		expect(asText(history, names)).toBe('### YOU\nHello\n\n### TINY\nGood **day**\n');
		expect(asMarkdown('Greeting', history, names)).toBe(
			'# Greeting\n\n## You\n\nHello\n\n## Tiny\n\nGood **day**\n'
		);
	});

	it('of nothing are empty', () => {
		expect(asText({}, names)).toBe('');
	});
});

describe('file names', () => {
	it('hold nothing that a file system refuses', () => {
		expect(fileName('a/b\\c: "d"?', 'md')).toBe('a b c d.md');
		expect(fileName('..', 'json')).toBe('chat.json');
		expect(fileName('x'.repeat(200), 'txt')).toHaveLength(84);
		expect(fileName('你好', 'md')).toBe('你好.md');
	});
});
