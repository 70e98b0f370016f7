import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

const server = process.env.TRANSOM_URL ?? 'http://localhost:8080';
const toServer = { target: server, changeOrigin: true };

export default defineConfig({
	plugins: [tailwindcss(), sveltekit()],
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
