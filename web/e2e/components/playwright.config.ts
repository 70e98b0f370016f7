import { defineConfig } from '@playwright/test';
import whole from '../playwright.config';

const PORT = 5199;

/** The parts of `/dev/components` in a real browser, where keyboard and focus matter. Needs no server but Vite. */
export default defineConfig({
	...whole,
	testDir: '.',
	testIgnore: [],
	outputDir: '../../test-results/components',
	maxFailures: 0,
	use: { ...whole.use, baseURL: `http://localhost:${PORT}` },
	webServer: {
		command: `npx vite dev --port ${PORT} --strictPort`,
		cwd: '../..',
		url: `http://localhost:${PORT}/dev/components`,
		reuseExistingServer: !process.env.CI,
		timeout: 120_000
	}
});
