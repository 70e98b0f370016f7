import { defineConfig } from '@playwright/test';

/** Runs against a server that has just been started on an empty data folder. */
export default defineConfig({
	testDir: '.',
	outputDir: '../test-results/artifacts',
	workers: 1,
	fullyParallel: false,
	// One server, one story: a later test builds on the account and the connection of the first.
	maxFailures: 1,
	// On a strange machine a test may meet a slow moment; what passes the second time is reported as flaky.
	retries: process.env.CI ? 1 : 0,
	timeout: 60_000,
	expect: { timeout: 15_000 },
	reporter: [['list']],
	use: {
		baseURL: process.env.BASE_URL ?? 'http://localhost:8080',
		viewport: { width: 1440, height: 900 },
		locale: 'en-US',
		trace: 'retain-on-failure',
		launchOptions: {
			executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
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
