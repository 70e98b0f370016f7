// npm run new-language -- de-DE Deutsch
// Adds a catalogue that holds every key, in English until somebody translates it. `npm run check` fails while a
// catalogue lacks a key, holds one too many, or has other placeholders. Run this again after keys were added: what
// is translated stays, and the name need not be given again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keysOf } from './catalogues.mjs';

const CATALOGUES = new URL('../src/lib/i18n/', import.meta.url).pathname;
const [wish, ...words] = process.argv.slice(2);

/** The usual spelling of a language's code, `pt-BR` for `PT-br`; undefined for what is none. */
function codeOf(wish = '') {
	try {
		return Intl.getCanonicalLocales(wish)[0];
	} catch {
		return undefined;
	}
}

const code = codeOf(wish);
const file = code && join(CATALOGUES, `${code}.json`);
const kept = file && existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
const name = words.join(' ') || kept['language.name'];
if (!file || !name || code === 'en-US') {
	console.error('usage: npm run new-language -- de-DE Deutsch');
	process.exit(2);
}

const english = JSON.parse(await readFile(join(CATALOGUES, 'en-US.json'), 'utf8'));
const catalogue = {};
const open = [];
for (const [key, [text]] of keysOf(english, code)) {
	catalogue[key] = key === 'language.name' ? name : (kept[key] ?? text);
	if (catalogue[key] === text) open.push(key);
}
await writeFile(file, `${JSON.stringify(catalogue, null, '\t')}\n`);
console.log(`${code}.json: ${Object.keys(catalogue).length} keys, ${open.length} as in English`);
// Some words are the same in both languages. Which ones were added can be told only by looking at them.
if (kept['language.name']) for (const key of open) console.log(`  ${key}: ${catalogue[key]}`);
