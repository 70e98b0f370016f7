// Every catalogue holds the same keys with the same placeholders (and the plural forms of its language), every
// key the source uses exists, and no key lies unused. A key whose name ends in _one / _other is used under its stem by tn().
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keysOf } from './catalogues.mjs';
import { OFFLINE_KEYS } from './offline.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
const CATALOGUES = join(ROOT, 'src/lib/i18n');

async function* sources(dir) {
	for (const entry of await readdir(dir, { withFileTypes: true })) {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) yield* sources(path);
		else if (/\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) yield path;
	}
}

const placeholders = (text) =>
	[...text.matchAll(/\{(\w+)\}/g)]
		.map((m) => m[1])
		.sort()
		.join(',');

const names = (await readdir(CATALOGUES)).filter((name) => name.endsWith('.json'));
const catalogues = Object.fromEntries(
	await Promise.all(
		names.map(async (name) => [name, JSON.parse(await readFile(join(CATALOGUES, name), 'utf8'))])
	)
);
const base = catalogues['en-US.json'];
const problems = [];

for (const [name, catalogue] of Object.entries(catalogues)) {
	const keys = keysOf(base, name.slice(0, -'.json'.length));
	for (const [key, texts] of keys) {
		if (!(key in catalogue)) problems.push(`${name}: missing ${key}`);
		else if (!catalogue[key].trim()) problems.push(`${name}: empty ${key}`);
		else if (!texts.some((text) => placeholders(text) === placeholders(catalogue[key])))
			problems.push(`${name}: other placeholders in ${key}`);
	}
	for (const key of Object.keys(catalogue))
		if (!keys.has(key)) problems.push(`${name}: ${key} is not in en-US.json`);
}

const used = new Set();
for await (const path of sources(join(ROOT, 'src'))) {
	const text = await readFile(path, 'utf8');
	for (const [, call, key] of text.matchAll(/\b(tn?|msg)\(\s*'([\w.]+)'/g)) {
		const keys = call === 'tn' ? [`${key}_one`, `${key}_other`] : [key];
		for (const k of keys) {
			used.add(k);
			if (!(k in base)) problems.push(`${path.slice(ROOT.length)}: unknown key ${k}`);
		}
	}
}
for (const key of ['language.name', ...OFFLINE_KEYS]) used.add(key);
for (const key of Object.keys(base)) if (!used.has(key)) problems.push(`unused key ${key}`);

if (problems.length) {
	console.error(problems.join('\n'));
	process.exit(1);
}
console.log(`check-i18n: ok (${Object.keys(base).length} keys, ${names.length} languages)`);
