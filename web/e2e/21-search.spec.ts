import { api, expect, list, makeChats, screenshots, signIn, test } from './support';

test.beforeEach(async ({ page }) => {
	await signIn(page);
	await api(page, 'DELETE', '/chats/');
	const [bees] = await makeChats(page, ['Bees', 'Bread', 'Boats']);
	await api(page, 'POST', `/chats/${bees}/tags`, { name: 'nature' });
	await api(page, 'POST', `/chats/${bees}/pin`);
	await page.reload();
	await expect(list(page).getByRole('link', { name: 'Boats' })).toBeVisible();
});

test('chats are found by what was said in them', async ({ page }) => {
	await page.keyboard.press('Control+k');
	const field = page.getByRole('combobox', { name: 'Search chats and actions' });
	await expect(field).toBeFocused();
	await field.pressSequentially('about bre');
	const hit = page.getByRole('option', { name: 'Bread' });
	await expect(hit).toHaveAttribute('aria-selected', 'true');
	await expect(page.getByRole('region', { name: 'Preview' }).locator('mark').first()).toBeVisible();
	await screenshots(page, 'search');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/c\//);
	await expect(page.getByText('About Bread.')).toBeVisible();
});

test('operators are suggested and narrow the list', async ({ page }) => {
	await page.keyboard.press('Control+k');
	const field = page.getByRole('combobox', { name: 'Search chats and actions' });
	await field.pressSequentially('ta');
	await page.keyboard.press('Tab');
	await expect(field).toHaveValue('tag:');
	await page.getByRole('option', { name: 'tag:nature' }).click();
	await expect(field).toHaveValue('tag:nature ');
	await expect(page.getByRole('option')).toHaveCount(1);
	await expect(page.getByRole('option', { name: 'Bees' })).toBeVisible();

	await field.fill('pinned:false ');
	await expect(page.getByRole('option')).toHaveCount(2);
	await page.keyboard.press('Escape');
	await expect(field).toHaveCount(0);
});

test('the palette does things', async ({ page }) => {
	await page.getByRole('button', { name: 'Search' }).click();
	const field = page.getByRole('combobox', { name: 'Search chats and actions' });
	await field.fill('appearance dark');
	await page.getByRole('option', { name: 'Appearance: dark' }).click();
	await expect(page.locator('html.dark')).toHaveCount(1);
	await page.keyboard.press('Control+k');
	await field.fill('appearance system');
	await page.getByRole('option', { name: 'Appearance: like the system' }).click();
	await expect(page.locator('html.dark')).toHaveCount(0);
});

test('keys open a sheet that lists them', async ({ page }) => {
	await page.keyboard.press('Control+/');
	const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
	await expect(sheet.getByText('Search and actions')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(sheet).toHaveCount(0);
	await page.keyboard.press('Control+Shift+s');
	await expect(list(page)).toHaveCount(0);
	await page.keyboard.press('Control+Shift+s');
	await expect(list(page)).toBeVisible();
	await list(page).getByRole('link', { name: 'Boats' }).click();
	await page.waitForURL(/\/c\//);
	await expect(page.getByRole('main')).toContainText('Boats');
	await page.keyboard.press('Control+Shift+Backspace');
	await expect(page.getByRole('alertdialog')).toContainText('Boats');
	await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
	await page.keyboard.press('Control+Shift+o');
	await page.waitForURL('/');
});
