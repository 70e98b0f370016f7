// Source rules that no type checker sees. Fails with the offending lines.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const RULES = [
	{
		// One gate: text from models and people reaches the DOM as HTML only after sanitising.
		test: /\{@html|\.innerHTML\s*=|insertAdjacentHTML|outerHTML\s*=|document\.write/,
		allowed: [],
		why: 'raw HTML outside the sanitising gate (src/lib/markdown/SafeHtml.svelte)'
	},
	{
		test: /from '(?:dompurify|.*\/sanitize)'/,
		allowed: ['src/lib/markdown/SafeHtml.svelte', 'src/lib/markdown/sanitize.ts'],
		why: 'the sanitising gate has one door (src/lib/markdown/SafeHtml.svelte)'
	},
	{
		test: /["'`(]https?:\/\/(?!localhost|127\.0\.0\.1|www\.w3\.org\/)/,
		allowed: ['src/lib/api/schema.d.ts'],
		why: 'a foreign host: the page talks to its own server only'
	},
	{
		// Where one reads from right to left, the page is mirrored: by start and end, not by left and right.
		test: /["'`\s:!]-?(?:(?:scroll-)?[mp][lr]-[\d[(]|(?:left|right)-[\d[(]|(?:left|right)-(?:px|auto|full)\b|border-[lr](?=[\s"'`-])|rounded-(?:[lr]|[tb][lr])(?=[\s"'`-])|(?:text|float|clear)-(?:left|right)\b)/,
		files: /\.(?:svelte|ts)$/,
		allowed: [],
		why: 'a class for the left or the right side: use its twin for start or end (ms-, pe-, start-, text-start)'
	},
	{
		test: /^\s*(?:(?:margin|padding|border|inset)-(?:left|right)\b|(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)|(?:margin|padding)\s*:\s*\S+ (\S+) \S+ (?!\1;)\S+;/,
		files: /\.css$/,
		allowed: [],
		why: 'a property for the left or the right side: use its logical twin (margin-inline-start, inset-inline-end)'
	},
	{
		// A shift along the line has to be turned round as well.
		test: /^(?!.*rtl:).*["'`\s:]-?translate-x-(?!full)/,
		files: /\.svelte$/,
		// Where something was marked is measured from the left edge of the window.
		allowed: ['src/lib/components/chat/SelectionBar.svelte'],
		why: 'a shift to one side without its mirrored twin (rtl:-translate-x-…)'
	},
	{
		// Attribute strings parsed from templates are refused by `style-src 'self'`.
		test: /<[a-z][^>]*\sstyle="[^{]/,
		allowed: [],
		why: 'an inline style attribute: use a class or a style: directive'
	}
];

async function* sources(dir) {
	for (const entry of await readdir(dir, { withFileTypes: true })) {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) yield* sources(path);
		else if (/\.(svelte|ts|js|html|css)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
			yield path;
	}
}

const problems = [];
for await (const path of sources(join(ROOT, 'src'))) {
	const name = relative(ROOT, path);
	const lines = (await readFile(path, 'utf8')).split('\n');
	lines.forEach((line, index) => {
		for (const rule of RULES) {
			if (rule.files && !rule.files.test(name)) continue;
			if (rule.test.test(line) && !rule.allowed.includes(name))
				problems.push(`${name}:${index + 1}: ${rule.why}\n    ${line.trim()}`);
		}
	});
}
if (problems.length) {
	console.error(problems.join('\n'));
	process.exit(1);
}
console.log('check-source: ok');
