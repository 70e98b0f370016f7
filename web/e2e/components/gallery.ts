import { expect, test as base, type Page } from '@playwright/test';

const ANSWERS: Record<string, unknown> = {
	'/api/config': {
		status: true,
		name: 'Transom',
		version: '0',
		features: { auth: true, enable_signup: false, enable_login_form: true, enable_websocket: true }
	},
	'/api/v1/auths/': { id: 'ada', name: 'Ada', email: 'ada@example.com', role: 'admin' },
	'/api/models': { data: [] },
	'/api/v1/users/user/settings': { ui: {} },
	'/api/v1/groups/': [{ id: 'writers', name: 'Writers' }],
	'/api/v1/users/search': { users: [{ id: 'grace', name: 'Grace', email: 'grace@example.com' }] }
};

/** One page for all tests: the second time the browser has every module already. */
interface Shared {
	page: Page;
	problems: string[];
}

/** The gallery, signed in, with a server that says the same every time. An error of the page fails the test. */
export const test = base.extend<{ gallery: Page }, { shared: Shared }>({
	shared: [
		async ({ browser }, use) => {
			const context = await browser.newContext({
				viewport: { width: 1440, height: 900 },
				locale: 'en-US'
			});
			const page = await context.newPage();
			const problems: string[] = [];
			page.on('console', (m) => m.type() === 'error' && problems.push(m.text()));
			page.on('pageerror', (error) => problems.push(String(error.stack)));
			await page.addInitScript(() => localStorage.setItem('token', 'token'));
			await page.route(
				({ pathname }) => pathname.startsWith('/api/'),
				(route) => {
					const answer = ANSWERS[new URL(route.request().url()).pathname];
					return answer === undefined ? route.abort() : route.fulfill({ json: answer });
				}
			);
			await use({ page, problems });
			await context.close();
		},
		{ scope: 'worker' }
	],
	gallery: async ({ shared: { page, problems }, baseURL }, use) => {
		problems.length = 0;
		await page.goto(`${baseURL}/dev/components`);
		await expect(page.getByRole('heading', { name: 'Components' })).toBeVisible({
			timeout: 45_000
		});
		await use(page);
		expect(problems).toEqual([]);
	}
});

export { expect };
