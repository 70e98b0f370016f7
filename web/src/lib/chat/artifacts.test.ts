import { describe, expect, it } from 'vitest';
import { artifactOf, artifactsOf, confined } from './artifacts';
import type { Message } from './types';

const answer = (content: string): Message => ({
	id: 'a',
	parentId: null,
	childrenIds: [],
	role: 'assistant',
	content,
	timestamp: 1
});

describe('artifacts', () => {
	it('join page, style and script of an answer', () => {
		const [page] = artifactsOf([
			answer('```html\n<p>x</p>\n```\n```css\np{color:red}\n```\ntext\n```js\nlet a\n```')
		]);
		expect(page).toMatchObject({ kind: 'page', source: '<p>x</p>', messageId: 'a' });
		expect(page!.html).toContain(
			'<style>p{color:red}</style></head><body><p>x</p><script>let a</script>'
		);
	});
	it('put them where a whole document wants them', () => {
		const html = '<html><head><title>t</title></head><body><p>$&</p></body></html>';
		const [page] = artifactsOf([answer(`\`\`\`html\n${html}\n\`\`\`\n\`\`\`css\na{}\n\`\`\``)]);
		expect(page!.html).toContain('<title>t</title><style>a{}</style></head>');
		expect(page!.html).toContain('<p>$&</p>');
	});
	it('know pictures, also those called XML', () => {
		const found = artifactsOf([
			answer(
				'```svg\n<svg/>\n```\n```xml\n<svg >x</svg>\n```\n```xml\n<a/>\n```\n```html\nunfinished'
			)
		]);
		expect(found.map((a) => a.kind)).toEqual(['picture', 'picture']);
		expect(artifactOf('svg', '<svg/>').html).toContain('<body><svg/></body>');
	});
	it('are confined before anything of them is read', () => {
		expect(confined('<!DOCTYPE html><html><script>x</script>', false)).toMatch(
			/^<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline' 'unsafe-eval' data: blob:;/
		);
		expect(confined('<p>', true)).toContain(' https:;');
	});
});
