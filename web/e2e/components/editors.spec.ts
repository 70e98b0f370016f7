import { expect, test } from './gallery';

test('access is given to groups and people, raised, taken back', async ({ gallery: page }) => {
	const part = page.getByRole('region', { name: 'Access' });
	const kept = part.getByLabel('Access as kept');
	const find = part.getByLabel('Add a group or a person');
	await expect(part.getByRole('radio', { name: /^Only chosen/ })).toBeChecked();
	await find.fill('writ');
	await find.press('Tab');
	// The cross that empties the field stands between it and what was found.
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(kept).toContainText('"read":{"group_ids":["writers"],"user_ids":[]}');
	await find.fill('grace');
	await part.getByRole('button', { name: /Grace/ }).click();
	await expect(kept).toContainText('"user_ids":["grace"]');
	const level = part.getByRole('combobox', { name: /Grace/ });
	await level.focus();
	await page.keyboard.press('Enter');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(kept).toContainText('"write":{"group_ids":[],"user_ids":["grace"]}');

	// Everybody, and back: what was chosen before is still there.
	await part.getByRole('radio', { name: /^Only chosen/ }).focus();
	await page.keyboard.press('ArrowUp');
	await expect(kept).toHaveText('null');
	await page.keyboard.press('ArrowDown');
	await expect(kept).toContainText('"user_ids":["grace"]');
	await part.getByRole('button', { name: 'Remove Grace' }).click();
	await part.getByRole('button', { name: 'Remove Writers' }).click();
	await expect(kept).toHaveText('{}');
});

test('parameters leave their default and return to it', async ({ gallery: page }) => {
	const part = page.getByRole('region', { name: 'Parameters', exact: true });
	const kept = part.getByLabel('Parameters as kept');
	await expect(kept).toHaveText('{}');
	await part.getByRole('button', { name: 'Change Temperature' }).focus();
	await page.keyboard.press('Enter');
	await expect(kept).toHaveText('{"temperature":0.8}');
	await part.getByRole('slider', { name: 'Temperature' }).focus();
	await page.keyboard.press('ArrowRight');
	await expect(kept).toHaveText('{"temperature":0.85}');
	await part.getByRole('spinbutton', { name: 'Temperature' }).fill('3');
	await page.keyboard.press('Tab');
	await expect(kept).toHaveText('{"temperature":3}');
	await part.getByRole('button', { name: 'Set Temperature back to its default' }).click();
	await expect(kept).toHaveText('{}');

	await part.getByRole('button', { name: 'Add', exact: true }).click();
	await part.getByLabel('Name').fill('my_option');
	await part.getByLabel('Value').fill('[1, 2]');
	await page.keyboard.press('Tab');
	await expect(kept).toHaveText('{"custom_params":{"my_option":"[1, 2]"}}');
	await part.getByRole('button', { name: 'Remove', exact: true }).click();
	await expect(kept).toHaveText('{}');
});
