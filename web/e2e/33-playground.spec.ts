import { expect, screenshots, signIn, test } from './support';

test('a conversation is tried, stopped and asked anew', async ({ page }) => {
	await signIn(page);
	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Playground' }).click();
	await page.waitForURL('/playground');
	const choose = async (name: string) => {
		await page.getByRole('combobox', { name: 'Model' }).fill(name);
		await page.getByRole('option', { name: new RegExp(name) }).click();
	};
	const message = (n: number) => page.getByRole('textbox', { name: `Message ${n}`, exact: true });
	await choose('fake-reasoner');
	await page.getByRole('textbox', { name: 'System' }).fill('Be brief.');
	await message(1).fill('Where to?');
	await message(1).press('Control+Enter');
	await expect(message(2)).toHaveValue('Echo: Where to?');
	await page.getByText('What the model thought').click();
	await expect(page.getByText('First I think. Then I answer.')).toBeVisible();
	await expect(message(3)).toBeVisible();
	await screenshots(page, 'playground');

	// What was said can be changed, and asked again.
	await page.getByRole('button', { name: 'Remove Message 2' }).click();
	await message(1).fill('Where from?');
	await page.getByRole('button', { name: 'Run' }).click();
	await expect(message(2)).toHaveValue('Echo: Where from?');

	await choose('fake-slow');
	await message(3).fill('Count');
	await page.getByRole('button', { name: 'Run' }).click();
	await expect(message(4)).toHaveValue(/w5/);
	await page.getByRole('button', { name: 'Stop' }).click();
	await expect(page.getByRole('button', { name: 'Run' })).toBeVisible();
	expect(await message(4).inputValue()).not.toContain('w199');

	await page.getByRole('button', { name: 'Clear' }).click();
	await expect(message(1)).toHaveValue('');
	await expect(message(2)).toHaveCount(0);
});

test('a text is continued', async ({ page }) => {
	await signIn(page);
	await page.goto('/playground/completions');
	await page.getByRole('combobox', { name: 'Model' }).fill('fake-small');
	await page.getByRole('option', { name: /fake-small/ }).click();
	const text = page.getByRole('textbox', { name: 'Text' });
	await text.fill('Once. ');
	await page.getByRole('button', { name: 'Run' }).click();
	await expect(text).toHaveValue('Once. Echo: Once. ');
	await screenshots(page, 'playground-completion');
});
