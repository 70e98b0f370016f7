import { api, expect, screenshots, signIn, test } from './support';

test('a model of the workspace is made, used, copied and deleted', async ({ page }) => {
	await signIn(page);
	// What a first try has left.
	if (test.info().retry) await api(page, 'DELETE', '/models/delete/all');
	await page.goto('/workspace');
	await page.waitForURL('/workspace/models');
	await expect(page.getByText('No models of your own yet')).toBeVisible();
	await page.getByRole('link', { name: 'New model' }).first().click();
	await page.waitForURL('/workspace/models/create');

	await page.getByRole('textbox', { name: 'Name' }).fill('Contract Reader');
	await expect(page.getByRole('textbox', { name: 'Id' })).toHaveValue('contract-reader');
	await page.getByRole('combobox', { name: 'Base model' }).fill('fake-sm');
	await page.getByRole('option', { name: /fake-small/ }).click();
	await page.getByRole('textbox', { name: 'Description' }).fill('Reads contracts.');
	await page.getByRole('textbox', { name: 'Tags' }).fill('legal');
	await page.getByRole('textbox', { name: 'Tags' }).press('Enter');
	await page.getByRole('textbox', { name: 'System prompt' }).fill('You read contracts.');
	await page.getByText('Parameters', { exact: true }).click();
	await page.getByRole('button', { name: /Temperature/ }).click();
	await page.getByRole('radio', { name: 'Its own' }).click();
	await page.getByRole('button', { name: 'Add a suggestion' }).click();
	await page.getByRole('textbox', { name: 'First line' }).fill('Find the dates');
	await page.getByRole('textbox', { name: 'Message' }).fill('Which dates are in it?');
	await page.getByRole('checkbox', { name: 'Sees pictures' }).click();
	await page.getByRole('radio', { name: 'Everybody' }).click();
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Choose a picture' }).click();
	await (await chooser).setFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
	await expect(page.getByRole('button', { name: 'No picture' })).toBeVisible();
	await screenshots(page, 'workspace-model');
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.waitForURL('/workspace/models');
	await expect(page.getByRole('link', { name: 'Contract Reader' })).toBeVisible();
	await screenshots(page, 'workspace-models');

	await page.getByRole('link', { name: 'Contract Reader' }).click();
	await expect(page.getByRole('textbox', { name: 'System prompt' })).toHaveValue(
		'You read contracts.'
	);
	await expect(page.getByRole('textbox', { name: 'First line' })).toHaveValue('Find the dates');
	await expect(page.getByRole('checkbox', { name: 'Sees pictures' })).not.toBeChecked();
	await expect(page.getByRole('radio', { name: 'Everybody' })).toBeChecked();
	await page
		.getByRole('textbox', { name: 'Description' })
		.fill('Reads contracts and sums them up.');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Model saved')).toBeVisible();

	await page.goto('/?model=contract-reader');
	await page.getByRole('button', { name: /^Model: / }).click();
	await page.getByRole('combobox').fill('Contract');
	await expect(page.getByRole('option', { name: /Contract Reader/ })).toBeVisible();
	await page.keyboard.press('Escape');

	await page.goto('/workspace/models');
	await page.getByRole('button', { name: 'Actions for Contract Reader' }).click();
	await page.getByRole('menuitem', { name: 'Make a copy' }).click();
	await page.waitForURL(/\/workspace\/models\/create\?from=/);
	await expect(page.getByRole('textbox', { name: 'Id' })).toHaveValue('contract-reader-copy');
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.waitForURL('/workspace/models');

	await page.getByRole('searchbox', { name: 'Search models' }).fill('copy');
	await expect(page.getByText('1 model', { exact: true })).toBeVisible();
	await page.getByRole('switch', { name: 'Use Contract Reader (copy)' }).click();
	await expect(page.getByRole('switch', { name: 'Use Contract Reader (copy)' })).not.toBeChecked();
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Actions for Contract Reader (copy)' }).click();
	await page.getByRole('menuitem', { name: 'Export' }).click();
	const file = await (await download).path();
	await page.getByRole('button', { name: 'Actions for Contract Reader (copy)' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByText('Nothing found.')).toBeVisible();

	const again = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Import' }).click();
	await (await again).setFiles(file);
	await expect(page.getByText('1 model imported')).toBeVisible();
	await expect(page.getByRole('link', { name: 'Contract Reader (copy)' })).toBeVisible();
});

test('leaving a half-made model asks first', async ({ page }) => {
	await signIn(page);
	await page.goto('/workspace/models/create');
	await page.getByRole('textbox', { name: 'Name' }).fill('Half');
	await page
		.getByRole('navigation', { name: 'Workspace' })
		.getByRole('link', { name: 'Prompts' })
		.click();
	const question = page.getByRole('alertdialog');
	await question.getByRole('button', { name: 'Cancel' }).click();
	await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Half');
	await page
		.getByRole('navigation', { name: 'Workspace' })
		.getByRole('link', { name: 'Prompts' })
		.click();
	await question.getByRole('button', { name: 'Leave' }).click();
	await page.waitForURL('/workspace/prompts');
});

test('a prompt is saved, changed, copied and deleted', async ({ page }) => {
	await signIn(page);
	await page.goto('/workspace/prompts');
	await page.getByRole('link', { name: 'New prompt' }).first().click();
	await page.getByRole('textbox', { name: 'Title' }).fill('Sum up');
	await expect(page.getByRole('textbox', { name: 'Command' })).toHaveValue('/sum-up');
	await page.getByRole('textbox', { name: 'Command' }).fill('a b');
	await expect(page.getByText('Letters, digits, dashes and underscores only.')).toBeVisible();
	await page.getByRole('textbox', { name: 'Command' }).fill('sum');
	await page.getByRole('textbox', { name: 'Text' }).fill('Sum up:\n{{text | textarea}}');
	await page.getByText('Gaps and variables').click();
	await screenshots(page, 'workspace-prompt');
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.waitForURL('/workspace/prompts');
	await expect(page.getByText('/sum', { exact: true })).toBeVisible();
	await screenshots(page, 'workspace-prompts');

	await page.getByRole('link', { name: 'Sum up' }).click();
	await expect(page.getByRole('textbox', { name: 'Command' })).toBeDisabled();
	await page.getByRole('textbox', { name: 'Title' }).fill('Sum up a text');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeHidden();
	await page.getByRole('link', { name: 'Prompts' }).last().click();

	await page.getByRole('button', { name: 'Actions for Sum up a text' }).click();
	await page.getByRole('menuitem', { name: 'Make a copy' }).click();
	await expect(page.getByRole('textbox', { name: 'Command' })).toHaveValue('/sum-copy');
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.waitForURL('/workspace/prompts');

	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Import' }).click();
	await (
		await chooser
	).setFiles({
		name: 'prompts.json',
		mimeType: 'application/json',
		buffer: Buffer.from(
			JSON.stringify([
				{ command: '/sum', title: 'There already', content: 'x' },
				{ command: '/mail', title: 'Answer a mail', content: 'Answer:' }
			])
		)
	});
	await expect(page.getByText(/^1 imported, 1 left out/)).toBeVisible();
	await expect(page.getByRole('link', { name: 'Answer a mail' })).toBeVisible();

	for (const title of ['Sum up a text (copy)', 'Answer a mail', 'Sum up a text']) {
		await page.getByRole('button', { name: `Actions for ${title}`, exact: true }).click();
		await page.getByRole('menuitem', { name: 'Delete' }).click();
		await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
		await expect(page.getByRole('link', { name: title, exact: true })).toHaveCount(0);
	}
});

test('administrators order, share and switch models, one or many', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/settings/models');
	const entries = page.getByRole('main').locator('ul > li');
	const names = () => entries.locator('a > span:first-child').allInnerTexts();
	await expect(entries.filter({ hasText: 'fake-large' })).toContainText('Admins');

	// By keyboard …
	const handle = page.getByRole('button', { name: /^Move fake-large:/ });
	const before = (await names()).indexOf('fake-large');
	await handle.focus();
	await page.keyboard.press('ArrowUp');
	await expect.poll(async () => (await names()).indexOf('fake-large')).toBe(before - 1);
	await expect(handle).toBeFocused();
	// … and by the mouse.
	const first = (await entries.first().boundingBox())!;
	await handle.hover();
	await page.mouse.down();
	await page.mouse.move(first.x + 40, first.y + 30, { steps: 5 });
	await page.mouse.move(first.x + 40, first.y + 4, { steps: 5 });
	await page.mouse.up();
	await expect.poll(async () => (await names())[0]).toBe('fake-large');
	await page.waitForResponse((r) => r.url().endsWith('/MODEL_ORDER_LIST') && r.ok());
	await page.reload();
	await expect.poll(async () => (await names())[0]).toBe('fake-large');

	await page.getByRole('checkbox', { name: 'Choose fake-large' }).click();
	await page.getByRole('checkbox', { name: 'Choose fake-think' }).click();
	await page.getByRole('button', { name: 'For everybody' }).click();
	await expect(entries.filter({ hasText: 'fake-think' })).toContainText('Everybody');
	await screenshots(page, 'admin-models');
	await page.getByRole('button', { name: 'Switch off' }).click();
	await expect(page.getByRole('switch', { name: 'Use fake-think' })).not.toBeChecked();
	await page.getByRole('switch', { name: 'Use fake-think' }).click();
	await expect(page.getByRole('switch', { name: 'Use fake-think' })).toBeChecked();

	await page.getByRole('link', { name: /^fake-large/ }).click();
	await page.getByRole('textbox', { name: 'Name' }).fill('Large, for everybody');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('1 unsaved change', { exact: true })).toBeHidden();
	await page.getByRole('link', { name: 'Models' }).last().click();
	await expect(entries.filter({ hasText: 'Large, for everybody' })).toBeVisible();

	for (const name of ['Large, for everybody', 'fake-think']) {
		await page.getByRole('button', { name: `Actions for ${name}` }).click();
		await page.getByRole('menuitem', { name: 'Forget settings' }).click();
		await page.getByRole('alertdialog').getByRole('button', { name: 'Forget settings' }).click();
		await expect(page.getByRole('alertdialog')).toBeHidden();
	}
	await expect(entries.filter({ hasText: 'fake-large' })).toContainText('Admins');
	await api(page, 'DELETE', '/transom/settings/MODEL_ORDER_LIST');
});

test('somebody with the permission works in the workspace, within what is allowed', async ({
	page,
	browser
}) => {
	await signIn(page);
	const account = {
		name: 'Mary Keller',
		email: 'mary@example.com',
		password: 'Correct-horse-9',
		role: 'user'
	};
	const { id } = await api<{ id: string }>(page, 'POST', '/auths/add', account);
	const group = await api<{ id: string }>(page, 'POST', '/groups/create', {
		name: 'Writers',
		description: '',
		permissions: { workspace: { prompts: true } }
	});
	await api(page, 'POST', `/groups/id/${group.id}/users/add`, { user_ids: [id] });

	await api(page, 'POST', '/prompts/create', {
		command: '/for-all',
		title: 'For all',
		content: 'x',
		access_control: null
	});

	const other = await browser.newPage();
	await other.goto('/auth');
	await other.locator('input[type=email]').fill(account.email);
	await other.locator('input[type=password]').fill(account.password);
	await other.locator('form button[type=submit]').click();
	await other.waitForURL('/');
	// Models are not among what this group may make.
	await other.goto('/workspace/models');
	await other.waitForURL('/workspace/prompts');
	await expect(other.getByRole('button', { name: 'Import' })).toHaveCount(0);
	await other.getByRole('link', { name: 'New prompt' }).first().click();
	await other.getByRole('textbox', { name: 'Title' }).fill('Mine');
	await other.getByRole('textbox', { name: 'Text' }).fill('Only mine.');
	await expect(other.getByRole('radio', { name: 'Everybody' })).toBeDisabled();
	await other.getByRole('button', { name: 'Create', exact: true }).click();
	await other.waitForURL('/workspace/prompts');
	await expect(other.getByText('Private').filter({ visible: true })).toHaveCount(1);

	// What others only share for reading cannot be changed; the refusal says so, and ends nobody's session.
	await other.goto('/workspace/prompts/edit?command=for-all');
	await other.getByRole('textbox', { name: 'Title' }).fill('Mine now');
	await other.getByRole('button', { name: 'Save' }).click();
	await expect(other.getByRole('alert')).toContainText('permission');
	await other.goto('/workspace/prompts');
	await expect(other.getByRole('link', { name: 'Mine', exact: true })).toBeVisible();
	await other.close();

	await api(page, 'DELETE', '/prompts/command/mine/delete');
	await api(page, 'DELETE', '/prompts/command/for-all/delete');
	await api(page, 'DELETE', `/groups/id/${group.id}/delete`);
	await api(page, 'DELETE', `/users/${id}`);
});

/** A picture of one dot. */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
	'base64'
);
