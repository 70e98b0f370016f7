import type { Page } from '@playwright/test';
import { api, composer, expect, screenshots, signIn, test } from './support';

const section = (page: Page) => page.getByRole('complementary').getByRole('list').first();
const names = (page: Page) =>
	page.getByRole('complementary').locator('a[data-handle] .truncate').allInnerTexts();
const pinned = async (page: Page) =>
	(await api<{ ui: { pinnedModels?: string[] } }>(page, 'GET', '/users/user/settings')).ui
		.pinnedModels;

test('models are kept in the sidebar, moved about, begin chats, and go again', async ({ page }) => {
	await signIn(page);
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
	await page.reload();
	await expect(composer(page)).toBeVisible();
	await page.getByRole('button', { name: /^Model: / }).click();
	for (const name of ['fake-small', 'fake-large', 'fake-think']) {
		await page.getByRole('option', { name, exact: true }).hover();
		await page.getByTitle(`Keep ${name} in the sidebar`).click();
		await expect.poll(() => names(page)).toContain(name);
	}
	await screenshots(page, 'model-list-pins');
	await page.getByRole('combobox').fill('fake-reasoner');
	await page.getByRole('combobox').press('Alt+Enter');
	await expect.poll(() => names(page)).toHaveLength(4);
	await page.getByRole('combobox').press('Alt+Enter');
	await expect.poll(() => names(page)).toEqual(['fake-small', 'fake-large', 'fake-think']);
	await page.keyboard.press('Escape');
	await screenshots(page, 'pinned-models');

	// Dragged to the top; the release opens no chat.
	const row = (name: string) => section(page).getByRole('link', { name });
	const [from, to] = [await row('fake-think').boundingBox(), await row('fake-small').boundingBox()];
	await page.mouse.move(from!.x + 60, from!.y + 18);
	await page.mouse.down();
	await page.mouse.move(to!.x + 60, to!.y + 30, { steps: 8 });
	await page.mouse.move(to!.x + 60, to!.y + 2, { steps: 4 });
	await page.mouse.up();
	await expect.poll(() => names(page)).toEqual(['fake-think', 'fake-small', 'fake-large']);
	await expect.poll(() => pinned(page)).toEqual(['fake-think', 'fake-small', 'fake-large']);
	await expect(page.getByRole('button', { name: 'Model: fake-think' })).toHaveCount(0);
	await row('fake-think').focus();
	await page.keyboard.press('ArrowDown');
	await expect.poll(() => pinned(page)).toEqual(['fake-small', 'fake-think', 'fake-large']);

	await row('fake-large').click();
	await expect(page.getByRole('button', { name: 'Model: fake-large' })).toBeVisible();
	await expect(page).toHaveURL(/\/$/);

	await row('fake-think').hover();
	await page.getByRole('button', { name: 'Actions for fake-think' }).click();
	await page.getByRole('menuitem', { name: 'Remove from the sidebar' }).click();
	await expect.poll(() => names(page)).toEqual(['fake-small', 'fake-large']);
	await page.reload();
	await expect.poll(() => names(page)).toEqual(['fake-small', 'fake-large']);
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
});

test("until a person chooses, the server's models stand in the sidebar", async ({ page }) => {
	await signIn(page);
	const before = await api<Record<string, unknown>>(page, 'GET', '/configs/models');
	await api(page, 'POST', '/configs/models', {
		...before,
		DEFAULT_PINNED_MODELS: 'fake-large,gone'
	});
	await page.reload();
	await expect.poll(() => names(page)).toEqual(['fake-large']);
	await api(page, 'POST', '/configs/models', before);
});
