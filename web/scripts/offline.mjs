// The page that is shown when the server cannot be reached: in every language, of which `static/offline.js` shows one.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The keys it takes from the catalogues. */
export const OFFLINE_KEYS = ['offline.title', 'offline.text', 'common.retry'];

const CATALOGUES = new URL('../src/lib/i18n/', import.meta.url).pathname;
const SECTION = /[\t ]*<section[\s\S]*<\/section>\n/;

const escaped = (/** @type {string} */ text) =>
	text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);

/**
 * @param {string} locale
 * @param {string[]} words those of OFFLINE_KEYS
 */
const section = (locale, [title, text, retry]) =>
	`\t\t\t<section lang="${locale}"${locale === 'en-US' ? '' : ' hidden'}>
				<h1>${escaped(title)}</h1>
				<p>${escaped(text)}</p>
				<a href="/">${escaped(retry)}</a>
			</section>\n`;

/** @param {string} file a copy of `static/offline.html` */
export async function translateOffline(file) {
	const names = (await readdir(CATALOGUES)).filter((name) => name.endsWith('.json')).sort();
	const sections = await Promise.all(
		names.map(async (name) => {
			const words = JSON.parse(await readFile(join(CATALOGUES, name), 'utf8'));
			return section(
				name.slice(0, -'.json'.length),
				OFFLINE_KEYS.map((key) => words[key])
			);
		})
	);
	const page = await readFile(file, 'utf8');
	if (!SECTION.test(page)) throw new Error('offline.html has no section to translate');
	await writeFile(
		file,
		page.replace(SECTION, () => sections.join(''))
	);
}
