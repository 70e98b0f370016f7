import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { messages } from './scripts/messages.mjs';

const server = process.env.TRANSOM_URL ?? 'http://localhost:8080';
const toServer = { target: server, changeOrigin: true };

/**
 * SvelteKit hides the element that announces page changes by a style attribute, which
 * `style-src 'self'` refuses. A class does the same.
 */
const announcerWithoutInlineStyle: Plugin = {
	name: 'announcer-without-inline-style',
	enforce: 'pre',
	transform(code, id) {
		if (!id.endsWith('generated/root.svelte')) return;
		return code.replace(/(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/, '$1 class="sr-only"');
	}
};

/** KaTeX names each font in three formats; every browser that runs this page takes the first. */
const onlyModernMathFonts: Plugin = {
	name: 'only-modern-math-fonts',
	enforce: 'pre',
	transform(code, id) {
		if (!/katex(\.min)?\.css/.test(id)) return;
		return code.replace(/,\s*url\([^)]+\.(?:woff|ttf)\)\s*format\([^)]+\)/g, '');
	}
};

/** `Features.DirSelector` of Lightning CSS, which makes the style sheets small. */
const DIR_SELECTOR = 4;

export default defineConfig({
	plugins: [
		messages(),
		announcerWithoutInlineStyle,
		onlyModernMathFonts,
		tailwindcss(),
		sveltekit()
	],
	worker: { format: 'es' },
	// `:dir()` would become a list of languages, but a block may be in another direction than the page.
	css: { lightningcss: { exclude: DIR_SELECTOR } },
	build: {
		target: 'es2022',
		// Data URLs would need `font-src data:` in the content security policy.
		assetsInlineLimit: 0
	},
	server: {
		proxy: {
			'/api': toServer,
			'/openai': toServer,
			'/ollama': toServer,
			'/oauth': toServer,
			'/static': toServer,
			'/ws': { ...toServer, ws: true }
		}
	},
	test: {
		include: ['src/**/*.test.ts'],
		environment: 'jsdom'
	}
});
