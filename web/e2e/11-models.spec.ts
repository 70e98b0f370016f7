import {
	answers,
	ask,
	chooseModel,
	composer,
	expect,
	questions,
	screenshots,
	settled,
	signIn,
	test
} from './support';
import type { Page } from '@playwright/test';

async function alsoAsk(page: Page, ...names: string[]) {
	await page.getByRole('button', { name: /^Model: / }).click();
	for (const name of names) {
		await page.getByRole('combobox').fill(name);
		await page.getByTitle(`Ask ${name} as well`).click();
	}
	await page.keyboard.press('Escape');
}

/** The next chats begin with one model again. */
async function onlyAsk(page: Page, name: string) {
	await chooseModel(page, name);
}

test('several models answer side by side, and one of them is gone on with', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await alsoAsk(page, 'fake-large', 'fake-reasoner');
	await ask(page, 'Compare yourselves');
	await settled(page);
	await expect(answers(page)).toHaveCount(3);
	for (let i = 0; i < 3; i++)
		await expect(answers(page).nth(i)).toContainText('Echo: Compare yourselves');
	await screenshots(page, 'columns');

	const columns = page.getByRole('region', { name: 'Answers side by side' });
	await columns.getByRole('button', { name: 'Go on with this' }).first().click();
	await expect(columns.getByRole('button', { name: 'Picked' })).toHaveCount(1);
	// Another version stays in its own column.
	await answers(page).nth(1).hover();
	await answers(page).nth(1).getByRole('button', { name: 'Answer again' }).click();
	await page.getByRole('menuitem', { name: 'Try again' }).click();
	await settled(page);
	await expect(answers(page)).toHaveCount(3);
	await expect(answers(page).nth(1).getByLabel('Version 2 of 2')).toBeVisible();

	await columns.getByRole('button', { name: 'Merge the answers' }).click();
	const merged = page.getByRole('article', { name: 'Merged answer' });
	await expect(merged).toBeVisible();
	await settled(page);
	await expect(merged).not.toBeEmpty();
	await onlyAsk(page, 'fake-large');
	await ask(page, 'And now alone');
	await settled(page);
	await expect(answers(page).last()).toContainText('Echo: And now alone');
	await page.waitForLoadState('networkidle');
	await page.reload();
	await expect(merged).toBeVisible();
	await expect(answers(page)).toHaveCount(4);
	await expect(answers(page).nth(1).getByLabel('Version 2 of 2')).toBeVisible();
});

test('columns are tabs on a phone', async ({ page }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await alsoAsk(page, 'fake-reasoner');
	await ask(page, 'Small screen');
	await settled(page);
	await expect(answers(page)).toHaveCount(1);
	const tab = page.getByRole('tab', { name: 'fake-reasoner' });
	await tab.click();
	await expect(answers(page).locator('summary')).toContainText('Thought');
	await page.keyboard.press('ArrowLeft');
	await expect(page.getByRole('tab', { name: 'fake-small' })).toBeFocused();
	await onlyAsk(page, 'fake-small');
});

test('one message goes to a model that is mentioned', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await composer(page).pressSequentially('@large');
	await expect(page.getByRole('option', { name: /fake-large/ })).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(composer(page)).toHaveValue('');
	await composer(page).pressSequentially('Just this once');
	await screenshots(page, 'mention');
	await page.keyboard.press('Enter');
	await settled(page);
	await expect(answers(page).last()).toContainText('fake-large');
	await ask(page, 'And back');
	await settled(page);
	await expect(answers(page).last()).toContainText('fake-small');
});

test('a choice of models can be made the default', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-large');
	await page.getByRole('button', { name: 'Model: fake-large' }).click();
	await screenshots(page, 'model-picker');
	await page.getByRole('button', { name: 'Make this my default' }).click();
	await expect(page.getByText('New chats begin with this choice.')).toBeVisible();
	await page.keyboard.press('Escape');
	// On another device: nothing but the server remembers.
	await page.evaluate(() => localStorage.removeItem('transom.model'));
	await page.reload();
	await expect(page.getByRole('button', { name: 'Model: fake-large' })).toBeVisible();

	const token = await page.evaluate(() => localStorage.getItem('token'));
	await page.request.post('/api/v1/users/user/settings/update', {
		headers: { Authorization: `Bearer ${token}` },
		data: { ui: {} }
	});
});

test('a bookmark chooses models, asks, and keeps nothing if it says so', async ({ page }) => {
	await signIn(page);
	await page.goto('/?models=fake-large,fake-small');
	await expect(page.getByRole('button', { name: 'Model: fake-large, fake-small' })).toBeVisible();
	await page.goto('/?model=fake-large&q=From%20a%20bookmark');
	await expect(answers(page)).toContainText('Echo: From a bookmark');
	await page.waitForURL(/\/c\/[\w-]+$/);
	await settled(page);
	await page.goto('/?model=fake-small&temporary-chat=true');
	await expect(page.getByRole('heading', { name: 'Temporary chat' }).last()).toBeVisible();
});

test('the overview shows every branch and goes to each', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'Trunk');
	await settled(page);
	await ask(page, 'Left');
	await settled(page);
	await questions(page).last().hover();
	await questions(page).last().getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Edit your message').fill('Right');
	await page.keyboard.press('Enter');
	await settled(page);
	await page.getByRole('button', { name: 'Chat menu' }).click();
	await page.getByRole('menuitem', { name: 'Overview' }).click();
	const tree = page.getByRole('tree', { name: 'Overview' });
	await expect(tree.getByRole('treeitem')).toHaveCount(6);
	await screenshots(page, 'overview');
	await tree.getByRole('treeitem', { name: /Left/ }).first().click();
	await expect(questions(page).last()).toContainText('Left');
});
