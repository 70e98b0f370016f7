import { describe, expect, it } from 'vitest';
import { piecesOf } from './speakable';

const spoken = (content: string) => piecesOf(content, 'paragraphs');

describe('what is read aloud', () => {
	it('has no signs of Markdown', () => {
		expect(
			spoken('# Bees\n\nThey *sleep* at **night**[1], see `hive.py`.[^one]\n\n[^one]: Yes.')
		).toEqual(['Bees.', 'They sleep at night, see hive.py.']);
	});

	it('leaves out code, thinking and tools', () => {
		const thinking = '<details type="reasoning" done="true" duration="3">\n> Hm.\n</details>\n';
		const tool = '<details type="tool_calls" done="true" name="x">\n</details>\n';
		expect(
			spoken(`${thinking}${tool}Look:\n\n\`\`\`python\nprint(1)\n\`\`\`\n\nThat is it.`)
		).toEqual(['Look:', 'That is it.']);
	});

	it('reads folds, lists, quotations and tables line by line', () => {
		const fold = '<details><summary>More</summary>\n\nHidden **words**\n\n</details>';
		expect(spoken(`- one\n- [x] two\n\n> [!WARNING]\n> They sting.\n\n${fold}`)).toEqual([
			'one.',
			'two.',
			'They sting.',
			'More.',
			'Hidden words.'
		]);
		expect(spoken('| Kind | Number |\n|--|--|\n| Queen | 1 |')).toEqual([
			'Kind, Number.',
			'Queen, 1.'
		]);
	});

	it('names hosts instead of addresses, and pictures by their words', () => {
		expect(spoken('See https://example.com/a/b?c=1 and [this](https://example.org).')).toEqual([
			'See example.com and this.'
		]);
		expect(spoken('![A red dot](/dot.png)')).toEqual(['A red dot.']);
	});

	it('says simple formulas only, and no picture signs', () => {
		expect(spoken('So $x = 2$ 🎉!\n\n$$\\int_0^1 x$$')).toEqual(['So x = 2!']);
		expect(spoken('👍')).toEqual([]);
	});

	it('takes tags off', () => {
		expect(spoken('<div>Plain &amp; simple</div>\n\nWith <b>bold</b> words.')).toEqual([
			'Plain & simple.',
			'With bold words.'
		]);
	});
});

describe('pieces', () => {
	const long = (n: number) => `This is the sentence with the number ${n} of all of them.`;

	it('are sentences, short ones together with the next', () => {
		expect(piecesOf(`Hi. Dr. Who came. ${long(1)} ${long(2)}`, 'punctuation')).toEqual([
			`Hi. Dr. Who came. ${long(1)}`,
			long(2)
		]);
	});

	it('know the full stops of other scripts', () => {
		const one =
			'蜜蜂在夜里睡觉，白天在花园里采蜜，一年四季都是这样，从来没有例外，大家都知道这件事情的真相。';
		expect(piecesOf(one + one, 'punctuation')).toEqual([one, one]);
	});

	it('are paragraphs or everything, as the server is set', () => {
		const text = `${long(1)} ${long(2)}\n\n${long(3)}`;
		expect(piecesOf(text, 'paragraphs')).toEqual([`${long(1)} ${long(2)}`, long(3)]);
		expect(piecesOf(text, 'none')).toEqual([`${long(1)} ${long(2)}\n${long(3)}`]);
	});

	it('are never longer than services take', () => {
		const text = Array.from({ length: 200 }, (_, n) => long(n)).join(' ');
		const pieces = piecesOf(text, 'none');
		expect(pieces.length).toBeGreaterThan(1);
		expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(4000);
		expect(pieces.join(' ')).toBe(text);
	});

	it('are none where nothing can be said', () => {
		expect(piecesOf('```\ncode\n```', 'punctuation')).toEqual([]);
	});
});
