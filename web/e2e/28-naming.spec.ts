import { expect, list, makeChats, signIn, test } from './support';

test('a model names a chat that has no good name', async ({ page }) => {
	await signIn(page);
	const [id] = await makeChats(page, ['Chat 4711']);
	await page.goto(`/c/${id}`);
	const row = list(page).getByRole('link', { name: 'Chat 4711' });
	await row.hover();
	await page.getByRole('button', { name: 'Options for Chat 4711' }).click();
	await page.getByRole('menuitem', { name: 'Let a model name it' }).click();
	await expect(row).toHaveCount(0);
	await expect(page).toHaveTitle(/^Fake Title · /);
	await page.reload();
	await expect(page).toHaveTitle(/^Fake Title · /);
});
