/** Pages read from right to left, and messages in either direction. */
import type { Locator, Page } from '@playwright/test';
import { clearScene, makeScene, type Scene } from './scene';
import {
	answers,
	ask,
	chooseModel,
	composer,
	expect,
	list,
	questions,
	screenshots,
	settled,
	signIn,
	test
} from './support';

let scene: Scene | undefined;

async function mirrored(page: Page) {
	await signIn(page);
	scene ??= await makeScene(page);
	await page.emulateMedia({ reducedMotion: 'reduce' });
	// No language that is read so is there yet: the page is turned by hand, whatever the language says.
	await page.addInitScript(() => {
		const turn = () => {
			if (document.documentElement && document.documentElement.dir !== 'rtl')
				document.documentElement.dir = 'rtl';
		};
		new MutationObserver(turn).observe(document, {
			attributes: true,
			subtree: true,
			attributeFilter: ['dir']
		});
		addEventListener('DOMContentLoaded', turn);
		turn();
	});
	return scene;
}

/** Nothing sticks out at the side. */
async function fits(page: Page) {
	const { scroll, client } = await page.evaluate(() => ({
		scroll: document.documentElement.scrollWidth,
		client: document.documentElement.clientWidth
	}));
	expect(scroll).toBe(client);
}

const side = async (page: Page, selector: string) => {
	const box = (await page.locator(selector).first().boundingBox())!;
	return box.x + box.width / 2 > page.viewportSize()!.width / 2 ? 'right' : 'left';
};

test('the page is mirrored: chat, menus, settings, administration, notes', async ({ page }) => {
	test.setTimeout(240_000);
	const { rich, note } = await mirrored(page);
	await page.goto(`/c/${rich}`);
	await expect(answers(page).locator('.katex').first()).toBeVisible();
	expect(await side(page, 'aside')).toBe('right');
	await expect(answers(page).locator('pre').first()).toHaveCSS('direction', 'ltr');
	await expect(answers(page).locator('.katex').first()).toHaveCSS('direction', 'ltr');
	await screenshots(page, 'rtl-chat');
	await fits(page);

	await list(page).getByRole('button', { name: 'Options for Bees', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Download' }).focus();
	// Submenus open the way one reads.
	await page.keyboard.press('ArrowLeft');
	await expect(page.getByRole('menuitem', { name: 'Markdown' })).toBeVisible();
	const [menu, sub] = [page.getByRole('menu').first(), page.getByRole('menu').last()];
	const left = async (of: Locator) => (await of.boundingBox())!.x;
	await expect.poll(async () => (await left(sub)) - (await left(menu))).toBeLessThan(0);
	await page.keyboard.press('Escape');
	await page.keyboard.press('Escape');

	for (const [name, path] of [
		['rtl-settings', '/#settings/general'],
		['rtl-admin', '/admin/settings/general'],
		['rtl-users', '/admin/users/overview'],
		['rtl-notes', '/notes'],
		['rtl-note', `/notes/${note}`]
	] as const) {
		await page.goto(path);
		await page.waitForLoadState('networkidle');
		await screenshots(page, name);
		await fits(page);
	}

	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto('/');
	await page.getByRole('button', { name: 'Open sidebar' }).click();
	expect(await side(page, 'aside')).toBe('right');
	await page.screenshot({ path: 'test-results/rtl-drawer-390.png' });
	await fits(page);
});

test('messages go by their own words', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await composer(page).fill('كيف ينام النحل؟');
	await expect(composer(page)).toHaveCSS('direction', 'rtl');
	await ask(
		page,
		'[[reply:ينام النحل في الليل، راجع `hive.py`.\n\n`f(x)` تعني العدد.\n\nBees sleep at night.\n\n- שלום עולם\n- דבורים\n\n```python\nx = 1\n```]]'
	);
	await settled(page);
	const answer = answers(page).first();
	const paragraph = (text: string) => answer.locator('p', { hasText: text });
	await expect(paragraph('ينام النحل')).toHaveCSS('direction', 'rtl');
	// What begins with code still goes by its words.
	await expect(paragraph('تعني العدد')).toHaveCSS('direction', 'rtl');
	await expect(paragraph('Bees sleep')).toHaveCSS('direction', 'ltr');
	await expect(answer.locator('ul')).toHaveCSS('direction', 'rtl');
	await expect(answer.locator('pre')).toHaveCSS('direction', 'ltr');
	await expect(answer.locator('code').first()).toHaveCSS('direction', 'ltr');
	await ask(page, 'שלום');
	await settled(page);
	// A text that is there whole is shown in larger pieces than one that grows.
	await page.reload();
	await expect(paragraph('ينام النحل')).toHaveCSS('direction', 'rtl');
	await expect(paragraph('Bees sleep')).toHaveCSS('direction', 'ltr');
	await expect(questions(page).last().locator('[dir=auto]')).toHaveCSS('direction', 'rtl');
	await screenshots(page, 'rtl-messages');
});

test.afterAll(async ({ browser }) => {
	const page = await browser.newPage();
	await signIn(page);
	await clearScene(page);
	await page.close();
});
