// npm run new-language -- de-DE Deutsch
// Adds a catalogue that holds every key, in English until somebody translates it. `npm run check` fails while a
// catalogue lacks a key, holds one too many, or has other placeholders; run this again after keys were added.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [code, name] = process.argv.slice(2);
if (!code || !name || !/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(code)) {
	console.error('usage: npm run new-language -- de-DE Deutsch');
	process.exit(2);
}

const folder = new URL('../src/lib/i18n/', import.meta.url).pathname;
const file = join(folder, `${code}.json`);
const english = JSON.parse(await readFile(join(folder, 'en-US.json'), 'utf8'));
const kept = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};

const words = Object.fromEntries(
	Object.entries(english).map(([key, text]) => [
		key,
		key === 'language.name' ? name : (kept[key] ?? text)
	])
);
await writeFile(file, `${JSON.stringify(words, null, '\t')}\n`);
const open = Object.keys(words).filter((key) => words[key] === english[key]).length;
console.log(`${code}.json: ${Object.keys(words).length} keys, ${open} still in English`);
