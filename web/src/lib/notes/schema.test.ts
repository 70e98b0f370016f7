import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { FIELD, documentOf, formsOf, schema, seedOf, textOf } from './schema';

const MD = `# Bread

Flour, **water**, [salt](https://example.com) and *time*.

- mix
- wait

- [x] bought flour
- [ ] bought salt

| a | b |
| --- | --- |
| 1 | 2 |

\`\`\`sh
bake --hot
\`\`\``;

describe('the text of a note', () => {
	it('comes out of Markdown and goes back into it', () => {
		const json = documentOf({ md: MD });
		const forms = formsOf(json);
		expect(forms.md).toContain('# Bread');
		expect(forms.md).toContain('**water**');
		expect(forms.md).toContain('[salt](https://example.com)');
		expect(forms.md).toMatch(/- \[x\] bought flour/);
		expect(forms.md).toContain('bake --hot');
		expect(forms.html).toContain('<h1>Bread</h1>');
		expect(documentOf({ md: forms.md })).toEqual(json);
	});

	it('is taken from the form this editor knows', () => {
		const json = documentOf({ md: 'x' });
		expect(documentOf({ json, md: 'y' })).toEqual(json);
		const foreign = { type: 'doc', content: [{ type: 'hologram' }] };
		expect(textOf(documentOf({ json: foreign, md: 'words' }))).toBe('words');
		expect(textOf(documentOf({ json: foreign, html: '<p>from <b>HTML</b></p>' }))).toBe(
			'from HTML'
		);
		expect(textOf(documentOf({ json: foreign }))).toBe('');
		expect(textOf(documentOf(undefined))).toBe('');
	});

	it('never holds a script', () => {
		const json = documentOf({ md: '[x](javascript:alert(1)) <script>alert(1)</script>' });
		const { html } = formsOf(json);
		expect(html).not.toContain('javascript:');
		expect(html).not.toContain('<script');
	});

	it('makes the same seed everywhere', () => {
		const [one, two] = [seedOf({ md: MD }), seedOf({ md: MD })];
		expect(one).toEqual(two);
		const doc = new Y.Doc();
		Y.applyUpdate(doc, one);
		Y.applyUpdate(doc, two);
		expect(doc.getXmlFragment(FIELD).toString().match(/Bread/g)).toHaveLength(1);
		expect(schema.nodes.table).toBeDefined();
	});
});
