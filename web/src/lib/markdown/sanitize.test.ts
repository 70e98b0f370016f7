import { describe, expect, it } from 'vitest';
import { build } from './build';
import { sanitize } from './sanitize';
import { lex } from './syntax';

const html = (fragment: DocumentFragment) => {
	const box = document.createElement('div');
	box.append(fragment);
	return box.innerHTML;
};
const clean = (text: string) => html(sanitize(text));
const show = (markdown: string) =>
	lex(markdown)
		.map((token) => build(token, { sources: 0 }))
		.map((node) => (node.kind === 'html' ? clean(node.html) : ''))
		.join('');

describe('the sanitising gate', () => {
	it.each([
		['<script>alert(1)</script>'],
		['<img src=x onerror=alert(1)>'],
		['<a href="javascript:alert(1)">x</a>'],
		['[x](javascript:alert(1))'],
		['<iframe src="/admin"></iframe>'],
		['<form action="/api"><input type="text" name="a"></form>'],
		['<svg><use href="data:x"></use></svg>'],
		['<svg><foreignObject><iframe></iframe></foreignObject></svg>'],
		['<math><mtext><script>alert(1)</script></mtext></math>'],
		['<p style="position:fixed">x</p>'],
		['<style>body{display:none}</style>'],
		['<p id="app" name="x">x</p>'],
		['<video src="https://example.com/a"></video>']
	])('disarms %s', (text) => {
		const result = show(text);
		expect(result).not.toMatch(
			/<script|onerror|javascript:|<iframe|<form|type="text"|<use|style|\sid=|\sname=|<video|foreignobject/i
		);
	});

	it('opens foreign links elsewhere and tells them nothing', () => {
		expect(show('[x](https://example.com)')).toContain('rel="noopener noreferrer nofollow"');
		expect(show('[x](//example.com)')).toContain('rel="noopener noreferrer nofollow"');
		expect(show('[x](/c/1)')).not.toContain('target');
	});

	it('turns remote pictures into links, keeps our own', () => {
		const remote = show('![secret](https://example.com/?q=secret)');
		expect(remote).not.toContain('<img');
		expect(remote).toContain('>secret</a>');
		expect(show('![x](//example.com/a.png)')).not.toContain('<img');
		expect(show('![x](/api/v1/files/1/content)')).toContain('<img');
	});

	it('does not let a text dress up as a part of the page', () => {
		expect(clean('<div class="fixed inset-0 z-50 bg-page">Sign in</div>')).not.toContain('fixed');
		expect(clean('<span class="katex"><i class="fixed">x</i></span>')).not.toContain('fixed');
		expect(clean('<span class="hljs-keyword">fn</span>')).toContain('hljs-keyword');
	});

	it('takes over styles of formulas alone, and only harmless ones', () => {
		expect(clean('<span style="height:1em">x</span>')).not.toContain('style');
		const formula =
			'<span class="katex"><span class="strut" style="height:1em;vertical-align:-0.2em;"></span></span>';
		expect(clean(formula)).toMatch(/style="height: 1em; vertical-align: -0\.2em;"/);
		for (const bad of [
			'position:fixed',
			'background:url(https://x)',
			'height:1em;position:absolute'
		])
			expect(clean(`<span class="katex"><i style="${bad}">x</i></span>`)).not.toContain('style');
		expect(clean('<i data-style="position:fixed">x</i>')).not.toContain('style');
	});

	it('gives each caller elements of its own', () => {
		const [first, second] = [sanitize('<b>x</b>', true), sanitize('<b>x</b>', true)];
		expect(html(first)).toBe('<b>x</b>');
		expect(html(second)).toBe('<b>x</b>');
		for (const keep of [false, false, true])
			expect(html(sanitize('<b>x</b>', keep))).toBe('<b>x</b>');
	});

	it('keeps task lists but makes them read-only', () => {
		expect(clean('<input type="checkbox" checked>')).toMatch(/<input[^>]*disabled/);
	});

	it('names the boxes of task lists by the words beside them', () => {
		expect(clean('<input type="checkbox"> buy <b>flour</b>')).toContain('aria-label="buy flour"');
		expect(clean('<input type="checkbox">')).toContain('aria-label="…"');
	});

	it('puts the headings of a text below those of the page and the message', () => {
		expect(clean('<h1>x</h1>')).toBe('<h1 aria-level="3">x</h1>');
		expect(clean('<h4 aria-level="1">x</h4>')).toBe('<h4 aria-level="6">x</h4>');
	});

	it('lets code and formulas run from left to right', () => {
		expect(clean('<code>x</code>')).toBe('<code dir="ltr">x</code>');
		expect(clean('<span class="katex">x</span>')).toContain('dir="ltr"');
		expect(clean('<em dir="rtl">x</em>')).toBe('<em>x</em>');
	});
});
