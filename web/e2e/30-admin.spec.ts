import type { Page } from '@playwright/test';
import { ADMIN, UPSTREAM, api, expect, screenshots, signIn, test } from './support';

/** The row of a table or the entry of a list that holds a text. */
const row = (page: Page, text: string) => page.locator('tr, li').filter({ hasText: text }).last();

test('accounts are added, found, changed and deleted', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin');
	await page.waitForURL('/admin/users/overview');
	await expect(row(page, ADMIN.email)).toBeVisible();

	await page.getByRole('button', { name: 'Add user' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name').fill('Grace Hopper');
	await dialog.getByLabel('Email').fill('grace@example.com');
	await dialog.getByLabel('Password', { exact: true }).fill('Correct-horse-8');
	await dialog.getByRole('button', { name: 'Add user' }).click();
	await expect(dialog).toBeHidden();
	await expect(row(page, 'grace@example.com')).toBeVisible();
	await screenshots(page, 'admin-users');

	await page.getByRole('button', { name: 'Role of Grace Hopper: User' }).click();
	await page.getByRole('menuitemradio', { name: 'Waiting' }).click();
	await expect(page.getByRole('button', { name: 'Role of Grace Hopper: Waiting' })).toBeVisible();

	await page.getByRole('searchbox', { name: 'Search by name or email' }).fill('grace');
	await expect(page.getByText('1 account', { exact: true })).toBeVisible();
	await expect(page).toHaveURL(/\?q=grace/);
	await page.reload();
	await expect(page.getByText('1 account', { exact: true })).toBeVisible();

	await page.getByRole('button', { name: 'Edit Grace Hopper' }).click();
	await dialog.getByLabel('Name').fill('Grace Brewster Hopper');
	await dialog.getByRole('combobox', { name: 'Role' }).or(dialog.getByLabel('Role')).click();
	await page.getByRole('option', { name: 'User' }).click();
	await screenshots(page, 'admin-user');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog).toBeHidden();
	await expect(row(page, 'Grace Brewster Hopper')).toContainText('User');

	await page.getByRole('button', { name: 'Actions for Grace Brewster Hopper' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByText('Nobody found')).toBeVisible();
});

test('accounts come from a file, line by line', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/users/overview');
	await page.getByRole('button', { name: 'Add user' }).click();
	await page.getByRole('tab', { name: 'From a file' }).click();
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Choose a file' }).click();
	await (
		await chooser
	).setFiles({
		name: 'accounts.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from(
			'name;email;password;role\nAlan Turing;alan@example.com;Correct-horse-9;user\nNobody;nowhere;x;user\nBarbara Liskov;barbara@example.com;Correct-horse-9;\n'
		)
	});
	await expect(row(page, 'nowhere')).toContainText('This is not an email address.');
	await expect(row(page, 'barbara@example.com')).toContainText('Waiting');
	await page.getByRole('button', { name: 'Add 2 accounts' }).click();
	await expect(page.getByText('2 added, 1 not.')).toBeVisible();
	await screenshots(page, 'admin-import');
	await page.getByRole('button', { name: 'Done' }).click();
	await expect(page.locator('tr', { hasText: 'alan@example.com' })).toBeVisible();
});

test('a group gets members and permissions', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/users/groups');
	await page.getByRole('button', { name: 'New group' }).click();
	await page.getByRole('dialog').getByLabel('Name').fill('Research');
	await page.getByRole('dialog').getByLabel('Description').fill('Writes papers');
	await page.getByRole('button', { name: 'Create' }).click();
	await page.waitForURL(/\/admin\/users\/groups\/[\w-]+$/);

	await page.getByRole('searchbox', { name: 'Find people to add or remove' }).fill('alan');
	await page.getByRole('button', { name: 'Add Alan Turing' }).click();
	await expect(page.getByText('1 member', { exact: true })).toBeVisible();

	await page.getByRole('tab', { name: 'Permissions' }).click();
	await page.getByRole('switch', { name: 'Make prompts' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeVisible();
	await screenshots(page, 'admin-group');

	// Leaving asks first, and staying keeps the change.
	await page.getByRole('link', { name: 'Groups' }).first().click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeHidden();
	await page.reload();
	await page.getByRole('tab', { name: 'Permissions' }).click();
	await expect(page.getByRole('switch', { name: 'Make prompts' })).toBeChecked();

	await page.getByRole('button', { name: 'Actions for Research' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await page.waitForURL('/admin/users/groups');
	await expect(page.getByText('No groups yet')).toBeVisible();
});

test('settings are drafts until they are saved, and go back to where they came from', async ({
	page
}) => {
	await signIn(page);
	await page.goto('/admin/settings/general');
	const life = page.getByRole('textbox', { name: 'How long a session lasts' });
	await life.fill('2w');
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeVisible();

	// Another page and back: the draft is still there, and marked in the list of pages.
	const nav = page.getByRole('navigation', { name: 'Administration' });
	await nav.getByRole('link', { name: 'Interface' }).click();
	await expect(page.getByRole('heading', { name: 'Interface', level: 1 })).toBeVisible();
	await nav.getByRole('link', { name: /^General.*Not saved yet/ }).click();
	await expect(life).toHaveValue('2w');
	await screenshots(page, 'admin-settings');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('button', { name: 'Reset How long a session lasts' })).toBeVisible();
	await page.reload();
	await expect(life).toHaveValue('2w');
	await page.getByRole('button', { name: 'Reset How long a session lasts' }).click();
	await expect(life).toHaveValue('4w');
});

test('every setting is found by any word', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/general');
	const nav = page.getByRole('navigation', { name: 'Administration' });
	await nav.getByRole('searchbox', { name: 'Search all settings' }).fill('watermark');
	await expect(page).toHaveURL(/\/admin\/settings\/all\?q=watermark/);
	const found = row(page, 'RESPONSE_WATERMARK');
	await expect(found).toContainText('Default');
	await found.getByRole('button', { name: 'Edit RESPONSE_WATERMARK' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('textbox', { name: 'RESPONSE_WATERMARK' }).fill('By a machine');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(found).toContainText('Saved here');
	await expect(found).toContainText('By a machine');
	await screenshots(page, 'admin-all-settings');
	await found.getByRole('link', { name: 'On the page General' }).click();
	await expect(page.getByRole('textbox', { name: 'Text after copied answers' })).toHaveValue(
		'By a machine'
	);
	await page.getByRole('button', { name: 'Reset Text after copied answers' }).click();
	await expect(page.getByRole('textbox', { name: 'Text after copied answers' })).toHaveValue('');
});

test('announcements are shown to everybody until they are closed', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/interface');
	await page.getByRole('button', { name: 'Add an announcement' }).click();
	await page.getByRole('textbox', { name: 'Heading' }).fill('Maintenance');
	await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Tonight from **22:00**.');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeHidden();

	await page.goto('/');
	const banner = page.getByRole('region', { name: 'Announcements' });
	await expect(banner).toContainText('Tonight from 22:00.');
	await expect(banner.locator('strong', { hasText: '22:00' })).toBeVisible();
	await screenshots(page, 'banner');
	await banner.getByRole('button', { name: 'Close this announcement' }).click();
	await expect(banner).toBeHidden();
	await page.reload();
	await expect(page.getByRole('heading', { name: /^Good / })).toBeVisible();
	await expect(banner).toBeHidden();
	await api(page, 'DELETE', '/transom/settings/WEBUI_BANNERS');
});

test('connections tell whether they answer, and keep their options', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/connections');
	await page
		.locator('section', { hasText: 'OpenAI-compatible' })
		.getByRole('button', { name: 'Add a connection' })
		.click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Address').fill(`${UPSTREAM}/alt/v1`);
	await dialog.getByText('More options').click();
	await dialog.getByLabel('Prefix').fill('alt');
	await dialog.getByLabel('Headers').fill('nonsense');
	await expect(dialog.getByText('This is not a header: nonsense')).toBeVisible();
	await dialog.getByLabel('Headers').fill('X-Team: blue');
	await dialog.getByRole('button', { name: 'Test connection' }).click();
	await expect(dialog.getByText('Connected. 1 model found.')).toBeVisible();
	await screenshots(page, 'admin-connection');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog).toBeHidden();
	await expect(row(page, `${UPSTREAM}/alt/v1`)).toContainText('1 model');
	const models = await api<{ data: { id: string }[] }>(page, 'GET', '/models');
	expect(models.data.map(({ id }) => id)).toContain('alt.alt-model');

	await page.getByRole('button', { name: `Edit ${UPSTREAM}/alt/v1` }).click();
	await dialog.getByText('More options').click();
	await expect(dialog.getByLabel('Headers')).toHaveValue('X-Team: blue');
	await dialog.getByRole('button', { name: 'Close' }).click();
	await page.getByRole('button', { name: `Remove ${UPSTREAM}/alt/v1` }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
	await expect(page.getByText(`${UPSTREAM}/alt/v1`)).toHaveCount(0);
});

test('models of an Ollama server are fetched, made, unloaded and deleted', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/connections?add=ollama');
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Address').fill(UPSTREAM);
	await dialog.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('button', { name: `Models of ${UPSTREAM}` }).click();
	await expect(dialog.getByText('fake-mini:1b')).toBeVisible();

	await dialog.getByLabel('Name in the Ollama library').fill('missing-model');
	await dialog.getByRole('button', { name: 'Fetch', exact: true }).click();
	await expect(dialog.getByRole('alert')).toContainText('file does not exist');
	await dialog.getByRole('button', { name: 'Close' }).first().click();
	await dialog.getByLabel('Name in the Ollama library').fill('tiny:1b');
	await dialog.getByRole('button', { name: 'Fetch', exact: true }).click();
	await expect(page.getByText('tiny:1b is ready')).toBeVisible();

	await dialog.getByRole('tab', { name: 'From a file' }).click();
	const chooser = page.waitForEvent('filechooser');
	await dialog.getByRole('button', { name: 'Send a file' }).click();
	await (
		await chooser
	).setFiles({
		name: 'own.gguf',
		mimeType: 'application/octet-stream',
		buffer: Buffer.alloc(2048)
	});
	await expect(page.getByText('own.gguf is ready')).toBeVisible();

	await dialog.getByRole('button', { name: 'Unload fake-llama:latest' }).click();
	await expect(dialog.getByText('In memory')).toBeHidden();
	await screenshots(page, 'admin-ollama');
	await dialog.getByRole('button', { name: 'Close' }).click();

	// From the list of models as well, where one sees what is in memory.
	await page.goto('/');
	await page.getByRole('button', { name: /^Model: / }).click();
	await page.getByTitle('Unload fake-llama:latest from memory').click();
	await expect(page.getByTitle('Unload fake-llama:latest from memory')).toHaveCount(0);
	await page.goto('/admin/settings/connections');

	await page.getByRole('button', { name: `Remove ${UPSTREAM}`, exact: true }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
	await expect(page.getByRole('button', { name: `Models of ${UPSTREAM}` })).toHaveCount(0);
	await page.getByRole('switch', { name: 'Use Ollama connections' }).click();
	await expect(page.getByRole('switch', { name: 'Use Ollama connections' })).not.toBeChecked();
});

test('an arena model is drawn from chosen models', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/evaluations');
	await page.getByRole('button', { name: 'Add an arena model' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name').fill('Mystery');
	await dialog.getByRole('combobox', { name: 'Models' }).fill('fake-l');
	await page.getByRole('option', { name: /fake-large/ }).click();
	await page.keyboard.press('Escape');
	await dialog.getByRole('radio', { name: 'Only chosen people' }).click();
	await dialog.getByRole('searchbox').fill('alan');
	await dialog.getByRole('button', { name: /Alan Turing/ }).click();
	await screenshots(page, 'admin-arena');
	await dialog.getByRole('button', { name: 'Done' }).click();
	await expect(row(page, 'Mystery')).toContainText('From 1 model');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeHidden();
	const models = await api<{ data: { id: string }[] }>(page, 'GET', '/models');
	expect(models.data.map(({ id }) => id)).toContain('mystery');
	await page.getByRole('button', { name: 'Reset Arena models' }).click();
	await expect(page.getByText('The default one draws from all models.')).toBeVisible();
});

test('settings leave as a file and come back', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/database');
	const before = await api<Record<string, unknown>>(page, 'GET', '/configs/export');
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Export' }).first().click();
	expect((await download).suggestedFilename()).toMatch(/^settings-.*\.json$/);
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Import' }).click();
	await (
		await chooser
	).setFiles({
		name: 'settings.json',
		mimeType: 'application/json',
		buffer: Buffer.from(JSON.stringify({ ...before, notes: { enable: false } }))
	});
	await page.getByRole('alertdialog').getByRole('button', { name: 'Import' }).click();
	await expect(page.getByText('Settings imported')).toBeVisible();
	await page.goto('/admin/settings/general');
	await expect(page.getByRole('switch', { name: 'Notes' })).not.toBeChecked();
	await page.getByRole('button', { name: 'Reset Notes' }).click();
	await expect(page.getByRole('switch', { name: 'Notes' })).toBeChecked();
});

test('the administration is for administrators, and fits a phone', async ({ page, browser }) => {
	await signIn(page);
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto('/admin/settings/general');
	await page.getByRole('button', { name: /Settings.*General/ }).click();
	await page.getByRole('dialog').getByRole('link', { name: 'Users' }).click();
	await page.waitForURL('/admin/users/overview');
	await expect(page.getByRole('dialog')).toBeHidden();
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	expect(width).toBe(390);

	const other = await browser.newPage();
	await other.goto('/auth');
	await other.locator('input[type=email]').fill('alan@example.com');
	await other.locator('input[type=password]').fill('Correct-horse-9');
	await other.locator('form button[type=submit]').click();
	await other.waitForURL('/');
	await other.goto('/admin/settings/general');
	await other.waitForURL('/');
	await other.close();
});
