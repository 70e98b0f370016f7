import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Message catalogues are one file per language, which is what translators want, and are fetched area by
 * area, which is what readers want. `import './de-DE.json?area=admin'` gives the keys of one area.
 */

/**
 * First parts of keys that only some pages need. All other keys are the area `core`. The page without a server has
 * its words from `offline.mjs`.
 */
export const LAZY_AREAS = [
	'access',
	'admin',
	'channels',
	'notes',
	'offline',
	'params',
	'playground',
	'search',
	'settings',
	'shortcuts',
	'speech',
	'starters',
	'workspace'
];

/** @param {string} key */
const areaOf = (key) => {
	const first = key.slice(0, key.indexOf('.'));
	return first === 'language' || LAZY_AREAS.includes(first) ? first : 'core';
};

const PREFIX = '\0messages?';

/** @returns {import('vite').Plugin} */
export const messages = () => ({
	name: 'messages-by-area',
	enforce: 'pre',
	resolveId(source, importer) {
		const found = /^(.+\/[\w-]+)\.json\?area=(\w+)$/.exec(source);
		if (!found || !importer) return;
		const [, file, area] = found;
		const path = file.startsWith('.') ? resolve(dirname(importer), file) : file;
		return `${PREFIX}${area}:${path}`;
	},
	async load(id) {
		if (!id.startsWith(PREFIX)) return;
		const [area, path] = id.slice(PREFIX.length).split(':');
		this.addWatchFile(`${path}.json`);
		const all = Object.entries(JSON.parse(await readFile(`${path}.json`, 'utf8')));
		const words = Object.fromEntries(all.filter(([key]) => areaOf(key) === area));
		return `export default ${JSON.stringify(words)}`;
	}
});
