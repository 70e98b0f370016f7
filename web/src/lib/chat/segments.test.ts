import { describe, expect, it } from 'vitest';
import { proseOf, segments, withoutReasoning } from './segments';

const THOUGHT =
	'<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n&gt; let me see\n&gt; a &lt; b &amp; c\n</details>';

describe('segments', () => {
	it('takes thinking out of the text', () => {
		expect(segments(`${THOUGHT}\nAnswer\n\nmore`)).toEqual([
			{ kind: 'reasoning', text: 'let me see\na < b & c', done: true, duration: 3 },
			{ kind: 'markdown', text: 'Answer\n\nmore' }
		]);
	});

	it('reads an unfinished block', () => {
		const text = '<details type="reasoning" done="false">\n<summary>Thinking…</summary>\n&gt; hm';
		expect(segments(text)).toEqual([
			{ kind: 'reasoning', text: 'hm', done: false, duration: null }
		]);
	});

	it('reads tool calls with their doubly encoded arguments', () => {
		const text =
			'Before\n<details type="tool_calls" done="true" id="call_1" name="weather" arguments="&quot;{\\&quot;city\\&quot;: \\&quot;Oslo\\&quot;}&quot;" result="&quot;sunny&quot;" files="">\n<summary>Tool Executed</summary>\n</details>\nAfter';
		expect(segments(text)).toEqual([
			{ kind: 'markdown', text: 'Before' },
			{
				kind: 'tool',
				name: 'weather',
				args: '{\n  "city": "Oslo"\n}',
				result: 'sunny',
				files: [],
				embeds: [],
				done: true
			},
			{ kind: 'markdown', text: 'After' }
		]);
	});

	it('reads executed code with its output', () => {
		const text =
			'<details type="code_interpreter" done="true" output="{&quot;stdout&quot;: &quot;1\\n&quot;, &quot;stderr&quot;: &quot;&quot;, &quot;result&quot;: null}">\n<summary>Analyzed</summary>\n```python\nprint(1)\n```\n</details>';
		expect(segments(text)).toEqual([
			{ kind: 'code', text: '```python\nprint(1)\n```', output: '1', done: true }
		]);
	});

	it('leaves such text inside a code fence alone', () => {
		const text = '```html\n<details type="reasoning" done="true">\nx\n</details>\n```';
		expect(segments(text)).toEqual([{ kind: 'markdown', text }]);
	});

	it('gives nothing for nothing', () => {
		expect(segments('')).toEqual([]);
	});
});

describe('what leaves the page', () => {
	it('is free of thinking', () => {
		expect(withoutReasoning(`${THOUGHT}\nAnswer`)).toBe('Answer');
		expect(proseOf(`${THOUGHT}\nAnswer`)).toBe('Answer');
	});
});
