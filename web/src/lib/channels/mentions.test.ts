import { describe, expect, it } from 'vitest';
import { triggerAt } from '$lib/chat/triggers';
import {
	content,
	insert,
	mention,
	mentions,
	mentionsIn,
	plainText,
	typed,
	withLineBreaks
} from './mentions';

const ann = mention('U', 'u1', 'Ann Heron');
const echo = mention('M', 'lab:echo', 'Echo');

describe('mentions', () => {
	it('are read from what is kept, by any client', () => {
		const kept = 'Hi <@U:u1|Ann Heron>, ask <@M:lab:echo|@Echo> in <#C:c1|#general> or <@C:c2>.';
		expect(plainText(kept)).toBe('Hi @Ann Heron, ask @Echo in #general or #c2.');
		expect(mentionsIn(kept).map(({ kind, id }) => kind + id)).toEqual([
			'Uu1',
			'Mlab:echo',
			'Cc1',
			'Cc2'
		]);
	});

	it('leave text alone that only looks like one', () => {
		for (const text of ['<@X:a|b>', '<@U:>', 'a <@ b > c', 'me@example.com'])
			expect(plainText(text)).toBe(text);
	});

	it('survive editing', () => {
		const kept = 'Ask <@M:lab:echo|Echo> and <@U:u1|Ann Heron>.';
		expect(content(typed(kept))).toBe(kept);
	});

	it('are words of their own', () => {
		const text = '@Echo, @Echoes, mail@Echo and (@Echo)';
		expect(content({ text, mentions: [echo] })).toBe(
			'<@M:lab:echo|Echo>, @Echoes, mail@Echo and (<@M:lab:echo|Echo>)'
		);
	});

	it('of a longer name win over those of a shorter one', () => {
		const short = mention('U', 'u2', 'Ann');
		expect(content({ text: '@Ann Heron @Ann', mentions: [short, ann] })).toBe(
			'<@U:u1|Ann Heron> <@U:u2|Ann>'
		);
	});

	it('hold no signs that would end them early', () => {
		expect(mention('U', 'u3', '@A|b>\nc<').label).toBe('A b c');
		expect(mention('U', 'u3', '<>').label).toBe('u3');
	});

	it('take the place of what was typed', () => {
		const text = 'Hello @an';
		const trigger = triggerAt(text, text.length)!;
		const { typed, caret } = insert({ text, mentions: [] }, trigger, ann);
		expect(typed).toEqual({ text: 'Hello @Ann Heron ', mentions: [ann] });
		expect(caret).toBe(typed.text.length);
	});

	it('tell whether somebody is meant', () => {
		expect(mentions('<@U:u1|Ann>', 'u1')).toBe(true);
		expect(mentions('<@M:u1|Ann> <@U:u2|Bob>', 'u1')).toBe(false);
	});
});

describe('lines', () => {
	it('end where the author ended them', () => {
		expect(withLineBreaks('one\ntwo\n\nthree')).toBe('one  \ntwo\n\nthree');
	});

	it('of code stay as they are', () => {
		const code = '```js\na\nb\n```';
		expect(withLineBreaks(`x\n${code}\ny\nz`)).toBe(`x  \n${code}\ny  \nz`);
		expect(withLineBreaks('~~~\n```\na\nb\n~~~')).toBe('~~~\n```\na\nb\n~~~');
	});
});
