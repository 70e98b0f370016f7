/**
 * WCAG 2.2 AA as far as a machine can tell, on every page there is: light, dark and in high contrast, on a
 * desk and on a phone. What people do without a mouse or without seeing is in `71` and `72`.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { findings } from './axe';
import { clearScene, makeScene, type Scene } from './scene';
import { expect, signIn, signInAs, test } from './support';
import { NO_VISIT, VISITS, type Visit } from './visits';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
const SECONDS_A_VISIT = 30;

let scene: Scene | undefined;

/** Made once; a worker that starts anew after a failure makes its own. */
async function set(page: Page): Promise<Scene> {
	await signIn(page);
	// A way that is blocked is told soon, not when the time of the whole test is over.
	page.setDefaultTimeout(15_000);
	scene ??= await makeScene(page);
	// Nothing is looked at while it fades in.
	await page.emulateMedia({ reducedMotion: 'reduce' });
	return scene;
}

test.afterAll(async ({ browser }) => {
	const page = await browser.newPage();
	await signIn(page);
	await clearScene(page);
	await page.close();
});

async function turn(page: Page, colorScheme: 'light' | 'dark', contrast: 'more' | 'no-preference') {
	await page.emulateMedia({ colorScheme, contrast });
	await expect(page.locator('html.dark')).toHaveCount(colorScheme === 'dark' ? 1 : 0);
	await expect(page.locator('html.contrast')).toHaveCount(contrast === 'more' ? 1 : 0);
}

/**
 * Looks at what is open: light on a desk and dark on a phone, so that each width and each set of colours is seen
 * once; main pages also the other way round, and in high contrast. Findings are gathered: a test tells all of its
 * pages.
 */
async function look(
	page: Page,
	{ name, only, contrast }: Pick<Visit, 'name' | 'only' | 'contrast'>
) {
	const see = async (where: string, coloursOnly = false) =>
		expect
			.soft(await findings(page, { coloursOnly, overOnly: !contrast }), `${name}, ${where}`)
			.toEqual([]);
	if (only !== 'narrow') await see('wide, light');
	if (only !== 'wide') await page.setViewportSize(NARROW);
	await turn(page, 'dark', 'no-preference');
	await see(only === 'wide' ? 'wide, dark' : 'narrow, dark', only === 'wide');
	if (contrast) {
		await turn(page, 'dark', 'more');
		await see('dark, high contrast', true);
		await turn(page, 'light', 'more');
		await see('light, high contrast', true);
		await turn(page, 'light', 'no-preference');
		if (only !== 'wide') await see('narrow, light', true);
		await page.setViewportSize(WIDE);
		await turn(page, 'dark', 'no-preference');
		if (!only) await see('wide, dark', true);
	}
	await turn(page, 'light', 'no-preference');
}

/** Folders under `src/routes` with a page in them, as SvelteKit names them. */
function routes(): string[] {
	const root = fileURLToPath(new URL('../src/routes', import.meta.url));
	return readdirSync(root, { recursive: true, encoding: 'utf8' })
		.filter((path) => path.endsWith('+page.svelte'))
		.map((path) => `/${path}`.replaceAll('\\', '/').replace(/\/\+page\.svelte$/, ''));
}

test('every route of the page has a visit', () => {
	const visited = new Set(Object.values(VISITS).flatMap((list) => list.map(({ route }) => route)));
	const known = [...visited, ...Object.keys(NO_VISIT)];
	expect(routes().filter((route) => !known.includes(route))).toEqual([]);
	// And none is said to be visited that is not there.
	const there = [...routes(), '+error'];
	expect(known.filter((route) => !there.includes(route))).toEqual([]);
});

test('the front door is open to everybody', async ({ page, problems }) => {
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await page.goto('/auth');
	await expect(page.getByRole('heading', { name: /^Sign in/ })).toBeVisible();
	await look(page, { name: 'sign-in', contrast: true });
	await page.getByLabel('Email').fill('nobody@example.com');
	await page.getByLabel('Password').fill('wrong');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toBeVisible();
	await look(page, { name: 'refused' });
	problems.length = 0;
});

test('so is the waiting room', async ({ page, browser }) => {
	const { waiting } = await set(page);
	const other = await browser.newPage({ reducedMotion: 'reduce' });
	await signInAs(other, waiting);
	await expect(other.getByRole('heading', { level: 1 })).toBeVisible();
	await look(other, { name: 'waiting to be let in' });
	await other.close();
});

for (const [area, visits] of Object.entries(VISITS)) {
	test(`nobody is shut out: ${area}`, async ({ page, problems }) => {
		test.setTimeout(visits.length * SECONDS_A_VISIT * 1000);
		const made = await set(page);
		for (const visit of visits) {
			await test.step(visit.name, async () => {
				await page.setViewportSize(visit.only === 'narrow' ? NARROW : WIDE);
				// One way that is blocked must not hide what is wrong elsewhere.
				const blocked = await visit.go(page, made).then(() => '', String);
				expect.soft(blocked, `the way to: ${visit.name}`).toBe('');
				if (!blocked) await look(page, visit);
			});
			if (visit.refused) problems.length = 0;
		}
	});
}
