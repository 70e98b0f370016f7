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
