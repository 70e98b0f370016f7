import { defineConfig } from '@playwright/test';

/** Runs against a server that has just been started on an empty data folder. */
export default defineConfig({
	testDir: '.',
	// Those need no server: `npm run test:components`.
	testIgnore: 'components/**',
	outputDir: '../test-results/artifacts',
	workers: 1,
	fullyParallel: false,
	// One server, one story: a later test builds on the account and the connection of the first.
	maxFailures: 1,
	// On a strange machine a test may meet a slow moment; what passes the second or third time is reported as flaky.
	retries: 2,
	timeout: 60_000,
	snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
	expect: {
		timeout: 15_000,
		toMatchAriaSnapshot: { pathTemplate: '{testDir}/snapshots/{arg}{ext}' },
		toHaveScreenshot: {
			animations: 'disabled',
			caret: 'hide',
			// Another machine draws the edges of letters a little otherwise.
			maxDiffPixelRatio: 0.02,
			threshold: 0.25
		}
	},
	reporter: [['list']],
	use: {
		baseURL: process.env.BASE_URL ?? 'http://localhost:8080',
		viewport: { width: 1440, height: 900 },
		locale: 'en-US',
		// What goes through a service worker cannot be held up or refused by a test; 80 is about it.
		serviceWorkers: 'block',
		// Recording costs a third of the time, so only what failed once is recorded.
		trace: 'on-first-retry',
		launchOptions: {
			executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				// Letters are drawn alike whatever the machine is set to.
				'--font-render-hinting=none',
				'--disable-lcd-text',
				'--force-color-profile=srgb',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync'
			]
		}
	}
});
