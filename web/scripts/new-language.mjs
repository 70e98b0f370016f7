// npm run new-language -- de-DE Deutsch
// Adds a catalogue that holds every key, in English until somebody translates it, and beside it in `settings/` what
// each setting of the server does. `npm run check` fails while a catalogue lacks a key, holds one too many, or has
// other placeholders, and `npm test` while the settings do. Run this again after keys were added: what is translated
// stays, and the name need not be given again.
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

/** @param {string} file */
const read = async (file) => JSON.parse(await readFile(join(CATALOGUES, file), 'utf8'));

/** @param {string} file what is in it so far */
const kept = async (file) => (existsSync(join(CATALOGUES, file)) ? read(file) : {});

const code = codeOf(wish);
const name = words.join(' ') || (code && (await kept(`${code}.json`))['language.name']);
if (!code || !name || code === 'en-US') {
	console.error('usage: npm run new-language -- de-DE Deutsch');
	process.exit(2);
}

/**
 * @param {string} file
 * @param {Iterable<[string, string]>} english
 */
async function write(file, english) {
	const before = await kept(file);
	const texts = {};
	const open = [];
	for (const [key, text] of english) {
		texts[key] = key === 'language.name' ? name : (before[key] ?? text);
		if (texts[key] === text) open.push(key);
	}
	await writeFile(join(CATALOGUES, file), `${JSON.stringify(texts, null, '\t')}\n`);
	console.log(`${file}: ${Object.keys(texts).length} keys, ${open.length} as in English`);
	// Some words are the same in both languages. Which ones were added can be told only by looking at them.
	if (Object.keys(before).length) for (const key of open) console.log(`  ${key}: ${texts[key]}`);
}

const messages = [...keysOf(await read('en-US.json'), code)];
await write(
	`${code}.json`,
	messages.map(([key, [text]]) => [key, text])
);
await write(`settings/${code}.json`, Object.entries(await read('settings/en-US.json')));
