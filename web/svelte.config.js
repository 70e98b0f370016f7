import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html', strict: true }),
		alias: { $components: 'src/lib/components' },
		// The page itself decides when a new build is out (see README), nothing polls.
		version: { pollInterval: 0 },
		// Every asset address is absolute: the same index.html answers every path.
		paths: { relative: false },
		output: { preloadStrategy: 'modulepreload' }
	}
};
