import { test as base, expect, type Locator, type Page, type Request } from '@playwright/test';

export const UPSTREAM = process.env.FAKE_UPSTREAM_URL ?? 'http://127.0.0.1:18900';
export const ADMIN = {
	name: 'Ada Lovelace',
	email: 'ada@example.com',
	password: 'Correct-horse-7'
};

/** Notes down what must not happen on a page: console errors, uncaught exceptions, failed requests. */
export function watch(page: Page, problems: string[]) {
	page.on('console', (m) => m.type() === 'error' && problems.push(`console: ${m.text()}`));
	page.on('pageerror', (error) => problems.push(`exception: ${error.stack}`));
	page.on('requestfailed', (request) => {
		const reason = request.failure()?.errorText ?? '';
		// Leaving a page ends what it was still asking for.
		if (reason !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()} ${reason}`);
	});
	page.on('response', (response) => {
		if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
	});
}

/** Leaving a page ends what it still asks for, so what is being saved is waited for, a moment at most. */
function saveBeforeLeaving(page: Page) {
	const saving = new Set<Request>();
	page.on('request', (request) => request.method() !== 'GET' && saving.add(request));
	page.on('requestfinished', (request) => saving.delete(request));
	page.on('requestfailed', (request) => saving.delete(request));
	const saved = async () => {
		for (let looks = 0; saving.size && looks < 100; looks++) await page.waitForTimeout(30);
	};
	const [reload, goto] = [page.reload.bind(page), page.goto.bind(page)];
	page.reload = (options) => saved().then(() => reload(options));
	page.goto = (url, options) => saved().then(() => goto(url, options));
}

/** A page on which a console error, an uncaught exception or a failed request fails the test. */
export const test = base.extend<{ problems: string[] }>({
	page: async ({ page }, use) => {
		saveBeforeLeaving(page);
		await use(page);
	},
	problems: [
		async ({ page }, use) => {
			const problems: string[] = [];
			watch(page, problems);
			await use(problems);
			expect(problems).toEqual([]);
		},
		{ auto: true }
	]
});

export { expect };

let token = '';

/** Whether the server still knows the token of an earlier test: one of them signs out. */
async function stillSignedIn(page: Page): Promise<boolean> {
	if (!token) return false;
	const headers = { Authorization: `Bearer ${token}` };
	return (await page.request.get('/api/v1/auths/', { headers })).ok();
}

/**
 * Signs in as the administrator. By the form the first time; later tests go on with that session, since a
 * server lets nobody knock at its door all day.
 */
export async function signIn(page: Page, password = ADMIN.password) {
	if (await stillSignedIn(page)) {
		await page.addInitScript((value) => {
			// Frames without an origin keep nothing. Once for each page: a test may sign out.
			if (self.origin === 'null') return;
			if (sessionStorage.getItem('signed-in')) return;
			sessionStorage.setItem('signed-in', 'yes');
			localStorage.setItem('token', value);
		}, token);
		await page.goto('/');
		await expect(composer(page)).toBeVisible();
		return;
	}
	await page.goto('/auth');
	await page.locator('input[type=email]').fill(ADMIN.email);
	await page.locator('input[type=password]').fill(password);
	await page.locator('form button[type=submit]').click();
	await page.waitForURL('/');
	await expect(composer(page)).toBeVisible();
	token = await page.evaluate(() => localStorage.getItem('token') ?? '');
}

export const composer = (page: Page): Locator => page.locator('form textarea');
export const answers = (page: Page): Locator =>
	page.getByRole('article', { name: /^(Answer|回答)$/ });
export const questions = (page: Page): Locator =>
	page.getByRole('article', { name: /^(Your message|你的消息)$/ });

export async function chooseModel(page: Page, name: string) {
	await page.getByRole('button', { name: /^Model: / }).click();
	await page.getByRole('combobox').fill(name);
	await page.getByRole('option', { name, exact: true }).click();
	await expect(page.getByRole('button', { name: `Model: ${name}` })).toBeVisible();
}

export async function ask(page: Page, text: string) {
	await composer(page).fill(text);
	await composer(page).press('Enter');
}

/** Waits until no answer is being written any more. */
export const settled = (page: Page) =>
	expect(page.locator('[aria-busy=true]')).toHaveCount(0, { timeout: 30_000 });

const VIEWS = [
	{ width: 1440, height: 900 },
	{ width: 390, height: 844 }
];

/** The same screen at both widths, light and dark. */
export async function screenshots(page: Page, name: string) {
	const before = page.viewportSize();
	for (const view of VIEWS) {
		await page.setViewportSize(view);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await expect(page.locator('html.dark')).toHaveCount(colorScheme === 'dark' ? 1 : 0);
			await page.waitForTimeout(250);
			await page.screenshot({ path: `test-results/${name}-${view.width}-${colorScheme}.png` });
		}
	}
	await page.emulateMedia({ colorScheme: 'light' });
	if (before) await page.setViewportSize(before);
}

/** The chats of the sidebar. */
export const list = (page: Page): Locator => page.getByRole('navigation', { name: 'Chats' });

/** Asks the server as the person who is signed in on the page. */
export async function api<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
	const token = await page.evaluate(() => localStorage.getItem('token'));
	const reply = await page.request.fetch(`/api/v1${path}`, {
		method,
		headers: { Authorization: `Bearer ${token}` },
		data: body
	});
	expect(reply.ok(), `${method} ${path}: ${reply.status()}`).toBe(true);
	return (await reply.json()) as T;
}

/** Chats with one question and its answer, the last one the newest. */
export async function makeChats(page: Page, titles: string[]): Promise<string[]> {
	const now = Math.floor(Date.now() / 1000) - titles.length;
	const made = await api<{ id: string }[]>(page, 'POST', '/chats/import', {
		chats: titles.map((title, index) => {
			const timestamp = now + index;
			const base = { timestamp, childrenIds: [] as string[] };
			const messages = {
				q: { ...base, id: 'q', parentId: null, childrenIds: ['a'], role: 'user', content: title },
				a: {
					...base,
					id: 'a',
					parentId: 'q',
					role: 'assistant',
					content: `About ${title}.`,
					done: true
				}
			};
			const chat = { title, models: ['fake-small'], history: { currentId: 'a', messages } };
			return { chat, created_at: timestamp, updated_at: timestamp };
		})
	});
	return made.map(({ id }) => id);
}

export interface Person {
	id: string;
	name: string;
	email: string;
	password: string;
}

/** An account of one's own for a test. */
export async function newPerson(page: Page, name: string, role = 'user'): Promise<Person> {
	const email = `${name.toLowerCase()}-${Date.now()}@example.com`;
	const password = 'Correct-horse-7';
	const { id } = await api<{ id: string }>(page, 'POST', '/auths/add', {
		name,
		email,
		password,
		role
	});
	return { id, name, email, password };
}

export async function signInAs(page: Page, { email, password }: Person) {
	await page.goto('/auth');
	await page.locator('input[type=email]').fill(email);
	await page.locator('input[type=password]').fill(password);
	await page.locator('form button[type=submit]').click();
	await page.waitForURL('/');
}
