import {
	ADMIN,
	api,
	composer,
	expect,
	list,
	makeChats,
	screenshots,
	signIn,
	test
} from './support';

interface Settings {
	ui: Record<string, unknown>;
}

test('settings open by keys, menu and address, and close with "back"', async ({ page }) => {
	await signIn(page);
	await page.keyboard.press('Control+.');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await expect(dialog).toBeVisible();
	await expect(page).toHaveURL(/#settings\/general$/);
	await dialog.getByRole('tab', { name: 'About' }).click();
	await expect(page).toHaveURL(/#settings\/about$/);
	await page.goBack();
	await expect(dialog).toHaveCount(0);
	await expect(composer(page)).toBeVisible();

	await page.goto('/#settings/account');
	await expect(dialog.getByLabel('Email')).toHaveValue(ADMIN.email);
	await page.keyboard.press('Escape');
	await expect(dialog).toHaveCount(0);
	await expect(page).toHaveURL(/\/$/);

	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Settings' }).click();
	await expect(dialog).toBeVisible();
	await screenshots(page, 'settings');
});

test('settings are searched', async ({ page }) => {
	await signIn(page);
	await page.goto('/#settings');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await dialog.getByLabel('Search settings').fill('ctrl+enter');
	await expect(dialog.getByRole('switch')).toHaveCount(1);
	await expect(dialog.getByRole('heading', { name: 'Interface' })).toBeVisible();
	await expect(dialog.getByRole('heading', { name: 'General' })).toBeHidden();
	await dialog.getByLabel('Search settings').fill('no such thing');
	await expect(dialog.getByText('Nothing found.')).toBeVisible();
});

test('settings are kept on the server under the names of the contract', async ({ page }) => {
	await signIn(page);
	await page.goto('/#settings/interface');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await dialog.getByRole('switch', { name: 'Ctrl+Enter sends' }).click();
	await dialog.getByRole('switch', { name: 'Name new chats automatically' }).click();
	await dialog.getByRole('combobox', { name: 'Direction of text' }).click();
	await page.getByRole('option', { name: 'Right to left' }).click();
	await dialog.getByRole('tab', { name: 'General' }).click();
	await dialog.getByLabel('Instructions for every model').fill('Be brief.');
	await dialog.getByRole('tab', { name: 'About' }).click();
	await expect(dialog.getByText('0.6.43')).toBeVisible();
	await expect
		.poll(async () => (await api<Settings>(page, 'GET', '/users/user/settings')).ui)
		.toMatchObject({
			ctrlEnterToSend: true,
			title: { auto: false },
			chatDirection: 'RTL',
			system: 'Be brief.'
		});
	await page.reload();
	await dialog.getByRole('tab', { name: 'Interface' }).click();
	await expect(dialog.getByRole('switch', { name: 'Ctrl+Enter sends' })).toBeChecked();
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
});

test('the size and the contrast follow the person', async ({ page }) => {
	await signIn(page);
	await page.goto('/#settings/general');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await dialog.getByRole('switch', { name: 'High contrast' }).click();
	await expect(page.locator('html.contrast')).toHaveCount(1);
	await dialog.getByRole('slider', { name: 'Size' }).focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Tab');
	const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
	await expect.poll(size).toBe('17.6px');
	await screenshots(page, 'settings-contrast');
	await page.evaluate(() => {
		localStorage.removeItem('transom.contrast');
		localStorage.removeItem('transom.scale');
	});
	await page.reload();
	await expect(page.locator('html.contrast')).toHaveCount(1);
	await expect.poll(size).toBe('17.6px');
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
	await page.evaluate(() => {
		localStorage.removeItem('transom.contrast');
		localStorage.removeItem('transom.scale');
	});
});

test('a profile and a password are changed', async ({ page }) => {
	await signIn(page);
	await page.goto('/#settings/account');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await dialog.getByRole('button', { name: 'Use initials' }).click();
	await dialog.getByLabel('About you').fill('Writes programs.');
	await dialog.getByLabel('Date of birth').fill('1815-12-10');
	await dialog.getByRole('button', { name: 'Save' }).first().click();
	await expect(page.getByText('Saved')).toBeVisible();
	const me = await api<Record<string, string>>(page, 'GET', '/auths/');
	expect(me).toMatchObject({ bio: 'Writes programs.', date_of_birth: '1815-12-10' });
	expect(me.profile_image_url).toMatch(/^data:image\/png;base64,/);
	await screenshots(page, 'settings-account');

	await dialog.getByRole('button', { name: 'Change password' }).click();
	await dialog.getByLabel('Present password').fill(ADMIN.password);
	await dialog.getByLabel('New password').fill('Another-horse-8');
	await dialog.getByLabel('Password again').fill('Another-horse-9');
	await expect(dialog.getByText('The two passwords differ.')).toBeVisible();
	await dialog.getByLabel('Password again').fill('Another-horse-8');
	await dialog.getByRole('button', { name: 'Change password' }).click();
	await expect(page.getByText('Your password has been changed.')).toBeVisible();
});

test('all chats are exported, archived and deleted', async ({ page }) => {
	await signIn(page, 'Another-horse-8');
	await api(page, 'DELETE', '/chats/');
	await makeChats(page, ['Bees', 'Bread']);
	await page.goto('/#settings/data');
	await page.reload();
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	const saved = page.waitForEvent('download');
	await dialog.getByRole('button', { name: 'Export' }).click();
	const path = await (await saved).path();
	const text = await (await import('node:fs/promises')).readFile(path, 'utf8');
	expect(JSON.parse(text)).toHaveLength(2);

	await dialog.getByRole('button', { name: 'Archive', exact: true }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Archive all chats' }).click();
	await expect(page.getByRole('alertdialog')).toHaveCount(0);
	await page.goto('/');
	await expect(list(page).getByText('Your chats will appear here.')).toBeVisible();

	await page.goto('/#settings/data');
	await dialog
		.locator('input[type=file]')
		.setInputFiles({ name: 'chats.json', mimeType: 'application/json', buffer: Buffer.from(text) });
	await expect(page.getByText('2 chats imported.')).toBeVisible();
	await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete all chats' }).click();
	await expect(page.getByRole('alertdialog')).toHaveCount(0);
	expect(await api<unknown[]>(page, 'GET', '/chats/')).toEqual([]);

	// Everybody after us signs in with the first password.
	await api(page, 'POST', '/auths/update/password', {
		password: 'Another-horse-8',
		new_password: ADMIN.password
	});
});
