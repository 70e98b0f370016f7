import { describe, expect, it } from 'vitest';
import { Answer, type AnswerOptions } from './answer';
import { chunkHtml, chunkLines, chunksOf, CHUNK_LINES } from './highlight-lines';
import { loadMath, mathRenderer } from './katex';
import { createReader } from './reader';
import type { Block, FromWorker, Node } from './nodes';

const options = (over: Partial<AnswerOptions> = {}): AnswerOptions => ({
	final: true,
	grew: false,
	sources: 0,
	colours: () => undefined,
	...over
});
const nodes = (text: string, over: Partial<AnswerOptions> = {}): Node[] =>
	new Answer().update(text, '', options({ grew: true, ...over })).map((b) => b.node);
const html = (text: string, over: Partial<AnswerOptions> = {}) =>
	nodes(text, over)
		.map((n) => ('html' in n ? n.html : JSON.stringify(n)))
		.join('');

describe('what an answer is made of', () => {
	it('knows code with its language and whether it is closed', () => {
		expect(nodes('```rust\nfn main() {}\n```')).toEqual([
			{ kind: 'code', language: 'rust', closed: true, chunks: [{ text: 'fn main() {}' }] }
		]);
		expect(nodes('```rust\nfn main')[0]).toMatchObject({ closed: false });
		expect(nodes('    indented')[0]).toMatchObject({ kind: 'code', language: '', closed: true });
	});

	it('takes lists apart down to the code in them', () => {
		const [list] = nodes('1. one\n2. two\n   ```js\n   x\n   ```');
		expect(list).toMatchObject({
			kind: 'list',
			ordered: true,
			start: 1,
			items: [[{ kind: 'html', html: 'one' }], [{ kind: 'html' }, { kind: 'code', language: 'js' }]]
		});
	});

	it('shows the boxes of task lists once', () => {
		for (const text of ['- [x] done\n- [ ] open', '- [x] done\n\n- [ ] open']) {
			const [list] = nodes(text);
			const found = JSON.stringify(list).match(/<input/g);
			expect(found, text).toHaveLength(2);
			expect(JSON.stringify(list)).toContain('checked');
		}
	});

	it('knows alerts', () => {
		expect(nodes('> [!WARNING]\n> Mind the **gap**.')).toEqual([
			{
				kind: 'alert',
				tone: 'warning',
				children: [{ kind: 'html', html: expect.stringContaining('<strong>gap</strong>') }]
			}
		]);
		expect(nodes('> [!OTHER]\n> x')[0]).toMatchObject({ kind: 'quote' });
	});

	it('knows tables', () => {
		expect(nodes('| a | b |\n|---|--:|\n| 1 | **2** |')).toEqual([
			{
				kind: 'table',
				align: [null, 'right'],
				head: ['a', 'b'],
				rows: [['1', '<strong>2</strong>']]
			}
		]);
	});

	it('knows folds, also nested ones', () => {
		const text =
			'<details open>\n<summary>More **here**</summary>\n\nText\n\n<details><summary>In</summary>x</details>\n\n</details>\n\nafter';
		expect(nodes(text)).toMatchObject([
			{
				kind: 'fold',
				open: true,
				summary: 'More <strong>here</strong>',
				children: [{ kind: 'html' }, { kind: 'fold', open: false, summary: 'In' }]
			},
			{ kind: 'html', html: '<p>after</p>\n' }
		]);
	});

	it('knows footnotes', () => {
		expect(nodes('See[^1].\n\n[^1]: The *note*\n    goes on.')).toMatchObject([
			{ html: expect.stringContaining('data-footnote="1"') },
			{ kind: 'footnote', label: '1', html: 'The <em>note</em>\ngoes on.' }
		]);
	});

	it('links numbers to sources only where there are such sources', () => {
		expect(html('So [1] and [2, 3].', { sources: 2 })).toBe(
			'<p>So <a href="#source" data-source="1">1</a> and [2, 3].</p>\n'
		);
		expect(html('a[1](x)', { sources: 2 })).toContain('href="x"');
	});

	it('joins plain neighbours of a text that never grew', () => {
		const text = 'One.\n\nTwo.\n\n```\nx\n```\n\nThree.';
		expect(nodes(text, { grew: false })).toHaveLength(3);
		expect(nodes(text)).toHaveLength(4);
	});

	it('leaves what is read from right to left alone: each piece goes by its own first words', () => {
		const text = 'One.\n\nTwo.\n\nשלום עולם\n\nThree.\n\nينام النحل';
		expect(nodes(text, { grew: false })).toHaveLength(4);
	});
});

describe('mentions', () => {
	it('are marked, and lead to channels', () => {
		expect(html('Hi <@U:u1|Ann *Heron*>')).toBe(
			'<p>Hi <span data-mention="U">@Ann *Heron*</span></p>\n'
		);
		expect(html('In <@C:a/b|general>')).toBe(
			'<p>In <a href="/channels/a%2Fb" data-mention="C">#general</a></p>\n'
		);
	});

	it('in code are code, and hold no HTML', () => {
		expect(html('`<@U:u1|Ann>`')).toContain('<code>&lt;@U:u1|Ann&gt;</code>');
		expect(html('<@U:u1|"&>')).toContain('@&#34;&#38;');
	});
});

describe('formulas', () => {
	it.each([
		['It costs $5 and $10.', 0],
		['$5-$10', 0],
		['a $x^2$ b', 1],
		['\\(x\\) and \\[y\\]', 2],
		['$$\nx = y\n$$', 1],
		['text $$x$$ text', 1],
		['`$x$`', 0],
		['\\$5 and $x$', 1],
		['$ x $', 0]
	])('finds those in %s', (text, count) => {
		let calls = 0;
		nodes(text, {
			math: () => {
				calls += 1;
				return 'M';
			}
		});
		expect(calls).toBe(count);
	});

	it('are shown as written until they can be set', async () => {
		const answer = new Answer();
		const before = answer.update('So $x^2$.', '', options());
		expect(answer.needsMath).toBe(true);
		expect((before[0]!.node as { html: string }).html).toContain('<code>$x^2$</code>');
		await loadMath();
		const after = answer.update('So $x^2$.', '', options({ math: mathRenderer() }));
		expect((after[0]!.node as { html: string }).html).toContain('class="katex"');
	});
});

describe('growing', () => {
	const TEXT =
		'<details type="reasoning" done="true" duration="2">\n<summary>Thought</summary>\n&gt; hm\n</details>\n# T\n\nOne.\n\n```js\nlet a\n```\n\n- a\n- b\n\nTwo.\n\nThree.\n\nFour';

	it('keeps finished blocks identical', () => {
		const answer = new Answer();
		const grow = (text: string) => answer.update(text, '', options({ final: false, grew: true }));
		const first = grow(TEXT);
		const second = grow(TEXT + ' more');
		expect(second.slice(0, -1).every((block, i) => block === first[i])).toBe(true);
		expect(second.at(-1)).not.toBe(first.at(-1));
		const last = answer.update(TEXT + ' more', '', options({ grew: true }));
		expect(last.every((block, i) => block === second[i])).toBe(true);
	});

	it('adds thinking that is not in the text yet', () => {
		const open =
			'<details type="reasoning" done="false">\n<summary>Thinking…</summary>\n&gt; let\n</details>';
		const [node] = new Answer().update(open, ' me', options({ final: false }));
		expect(node!.node).toMatchObject({ kind: 'thinking', children: [{ html: '<p>let me</p>\n' }] });
		const [alone] = new Answer().update('', 'hm', options({ final: false }));
		expect(alone!.node).toMatchObject({ kind: 'thinking', done: false });
	});
});

describe('code in chunks', () => {
	const long = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');

	it('loses nothing', () => {
		expect(chunkLines(long)).toHaveLength(3);
		expect(chunkLines(long).join('')).toBe(long);
		expect(chunkLines('')).toEqual(['']);
	});

	it('closes and opens elements at the cuts', () => {
		const html = `<span class="c">${long}</span>`;
		const chunks = chunkHtml(html);
		expect(chunks).toHaveLength(3);
		for (const chunk of chunks) expect(chunk).toMatch(/^<span class="c">[\s\S]*<\/span>$/);
	});

	it('uses colours of an earlier state except at its end', () => {
		const before = { code: long, html: chunkHtml(long) };
		const chunks = chunksOf(`${long}\nmore`, before);
		expect(chunks.map((c) => c.html !== undefined)).toEqual([true, true, false]);
		expect(chunksOf('other', before)).toEqual([{ text: 'other' }]);
		expect(chunksOf(long, before).every((c) => c.html !== undefined)).toBe(true);
	});
});

describe('the reader', () => {
	it('sends only what is new, colours included, and long code without the chunks the page has', async () => {
		const sent: FromWorker[] = [];
		const read = createReader((message) => sent.push(message));
		const code = Array.from({ length: 2 * CHUNK_LINES + 5 }, (_, i) => `let a${i} = 1`).join('\n');
		const text = `Intro.\n\nMore.\n\n\`\`\`js\n${code}`;
		const say = (at: number, piece: string, final = false) =>
			read({ type: 'text', id: 1, at, text: piece, reasoning: '', final, sources: 0 });
		say(0, text);
		say(text.length, '\nlet b');
		expect(sent[0]!.blocks).toHaveLength(3);
		expect(sent[1]).toMatchObject({ from: 2, blocks: [{ node: { keep: 2 } }] });
		say(text.length + 6, '\n```', true);
		await expect.poll(() => JSON.stringify(sent.at(-1))).toContain('hljs-keyword');
		const page: Block[] = [];
		for (const { from, blocks } of sent) page.splice(from, Infinity, ...blocks);
		expect(page[0]!.node).toMatchObject({ kind: 'html' });
		read({ type: 'close', id: 1 });
	});
});
