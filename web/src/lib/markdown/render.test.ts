import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { sanitize, toHtml } from './render';

const show = (markdown: string) => sanitize(toHtml(marked.lexer(markdown)));

describe('the sanitising gate', () => {
	it.each([
		['<script>alert(1)</script>'],
		['<img src=x onerror=alert(1)>'],
		['<a href="javascript:alert(1)">x</a>'],
		['[x](javascript:alert(1))'],
		['<iframe src="/admin"></iframe>'],
		['<form action="/api"><input type="text" name="a"></form>'],
		['<svg><use href="data:x"></use></svg>'],
		['<p style="position:fixed">x</p>'],
		['<style>body{display:none}</style>'],
		['<p id="app" name="x">x</p>']
	])('disarms %s', (text) => {
		expect(show(text)).not.toMatch(
			/<script|onerror|javascript:|<iframe|<form|type="text"|<svg|style|\sid=|\sname=/
		);
	});

	it('opens foreign links elsewhere and tells them nothing', () => {
		expect(show('[x](https://example.com)')).toContain('rel="noopener noreferrer nofollow"');
		expect(show('[x](/c/1)')).not.toContain('target');
	});

	it('turns remote pictures into links, keeps our own', () => {
		const remote = show('![secret](https://example.com/?q=secret)');
		expect(remote).not.toContain('<img');
		expect(remote).toContain('>secret</a>');
		expect(show('![x](//example.com/a.png)')).not.toContain('<img');
		expect(show('![x](/api/v1/files/1/content)')).toContain('<img');
	});

	it('renders tables with their alignment inside a scrolling box', () => {
		const html = show('| a | b |\n|---|--:|\n| 1 | **2** |');
		expect(html).toContain('class="table-wrap"');
		expect(html).toContain('<td align="right"><strong>2</strong></td>');
	});

	it('keeps task lists but makes them read-only', () => {
		expect(show('- [x] done')).toMatch(/<input[^>]*disabled/);
	});
});
