// Finishes `vite build`:
//   1. moves every inline script of index.html into a hashed file, so that the page runs under
//      `script-src 'self'` without hashes or nonces;
//   2. writes the offline page in every language;
//   3. writes a .br and a .gz beside every file worth compressing, which the server sends as they are.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { translateOffline } from './offline.mjs';

const BUILD = new URL('../build/', import.meta.url).pathname;
const IMMUTABLE = '_app/immutable/boot';
const COMPRESSIBLE = /\.(html|js|mjs|css|svg|json|txt|webmanifest|xml)$/;
const MIN_BYTES = 512;

async function externaliseScripts() {
	const page = join(BUILD, 'index.html');
	let html = await readFile(page, 'utf8');
	await mkdir(join(BUILD, IMMUTABLE), { recursive: true });
	for (const match of [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)]) {
		const code = match[1].trim().replace(/^\t+/gm, '') + '\n';
		const hash = createHash('sha256').update(code).digest('hex').slice(0, 12);
		const name = `${IMMUTABLE}/${hash}.js`;
		await writeFile(join(BUILD, name), code);
		html = html.replace(match[0], () => `<script src="/${name}"></script>`);
	}
	if (/<script(?![^>]*\bsrc=)/.test(html))
		throw new Error('index.html still holds an inline script');
	if (/\sstyle=|<style/.test(html)) throw new Error('index.html holds an inline style');
	await writeFile(page, html);
}

async function* files(dir) {
	for (const entry of await readdir(dir, { withFileTypes: true })) {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) yield* files(path);
		else yield path;
	}
}

async function compress() {
	const br = promisify(brotliCompress);
	const gz = promisify(gzip);
	let count = 0;
	for await (const path of files(BUILD)) {
		if (path.endsWith('.br') || path.endsWith('.gz')) {
			await rm(path);
			continue;
		}
		if (!COMPRESSIBLE.test(path) || (await stat(path)).size < MIN_BYTES) continue;
		const data = await readFile(path);
		const [small, zipped] = await Promise.all([
			br(data, {
				params: {
					[constants.BROTLI_PARAM_QUALITY]: 11,
					[constants.BROTLI_PARAM_SIZE_HINT]: data.length
				}
			}),
			gz(data, { level: 9 })
		]);
		await Promise.all([writeFile(path + '.br', small), writeFile(path + '.gz', zipped)]);
		count += 1;
	}
	console.log(`postbuild: compressed ${count} files`);
}

await externaliseScripts();
await translateOffline(join(BUILD, 'offline.html'));
await compress();
