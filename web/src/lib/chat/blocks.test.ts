import { describe, expect, it } from 'vitest';
import { lex } from '../markdown/syntax';
import { BlockSplitter } from './blocks';

const SAMPLE = `# Title

First paragraph with **bold** text.

- one
- two

  still two

1. a
2. b

\`\`\`rust
fn main() {

    println!("x");
}
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quote

Last line with a [link][ref].

[ref]: /there
`;

const raws = (blocks: { token: { raw: string } }[]) => blocks.map((b) => b.token.raw.trimEnd());

describe('BlockSplitter', () => {
	it('gives the same blocks for a text that grew letter by letter as for the whole', () => {
		const growing = new BlockSplitter(lex);
		for (let end = 1; end <= SAMPLE.length; end++) growing.update(SAMPLE.slice(0, end));
		const streamed = growing.update(SAMPLE, true);
		const whole = new BlockSplitter(lex).update(SAMPLE, true);
		expect(raws(streamed)).toEqual(raws(whole));
		expect(streamed.map((b) => b.token.type)).toEqual([
			'heading',
			'paragraph',
			'list',
			'list',
			'code',
			'table',
			'blockquote',
			'paragraph'
		]);
	});

	it('keeps finished blocks identical while the last one grows', () => {
		const splitter = new BlockSplitter(lex);
		const first = splitter.update('One.\n\nTwo.\n\nThree.\n\nFour');
		const second = splitter.update('One.\n\nTwo.\n\nThree.\n\nFour and more');
		expect(second.slice(0, 3).every((block, i) => block === first[i])).toBe(true);
		expect(second[3]).not.toBe(first[3]);
	});

	it('does not close a list too early', () => {
		const splitter = new BlockSplitter(lex);
		splitter.update('intro\n\nmore\n\n- a\n');
		splitter.update('intro\n\nmore\n\n- a\n\n  inside a');
		const blocks = splitter.update('intro\n\nmore\n\n- a\n\n  inside a\n- b');
		expect(blocks).toHaveLength(3);
		expect(blocks[2]!.token.raw).toContain('- b');
	});

	it('starts over when the text is replaced', () => {
		const splitter = new BlockSplitter(lex);
		splitter.update('a\n\nb\n\nc\n\nd');
		expect(raws(splitter.update('x\n\ny'))).toEqual(['x', 'y']);
		expect(splitter.update('')).toEqual([]);
	});

	it('resolves link definitions that came last', () => {
		const splitter = new BlockSplitter(lex);
		const text = 'A [link][r].\n\nmiddle\n\nmore\n\nlast\n\n[r]: /there';
		splitter.update(text);
		const token = splitter.update(text, true)[0]!.token as { tokens?: { type: string }[] };
		expect(token.tokens?.some((t) => t.type === 'link')).toBe(true);
	});
});
