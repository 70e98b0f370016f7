import { expect, test } from './gallery';

test('a select is opened, moved through and left by keys', async ({ gallery: page }) => {
	const select = page.getByRole('combobox', { name: 'Select', exact: true });
	await expect(select).toHaveText('Fig');
	await select.focus();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('option', { name: 'Fig' })).toHaveAttribute('aria-selected', 'true');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(select).toHaveText('Grape');
	await expect(select).toBeFocused();
	await page.keyboard.press('Enter');
	await page.keyboard.press('Home');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('listbox')).toHaveCount(0);
	await expect(select).toHaveText('Grape');
	await expect(select).toBeFocused();
});

test('a list to search takes what is typed', async ({ gallery: page }) => {
	const box = page.getByRole('combobox', { name: 'Combobox' });
	await expect(box).toHaveValue('Fig');
	await box.focus();
	await page.keyboard.type('qui');
	await expect(page.getByRole('option')).toHaveText(['Quince']);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(box).toHaveValue('Quince');
	await box.fill('no such fruit');
	await expect(page.getByText('Nothing found.')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(box).toHaveValue('Quince');
});

test('several values are added by typing and taken away by their buttons', async ({
	gallery: page
}) => {
	const box = page.getByRole('combobox', { name: 'Several' });
	await page.getByRole('button', { name: 'Remove Grape' }).click();
	await expect(page.getByRole('button', { name: 'Remove Grape' })).toHaveCount(0);
	await box.focus();
	await page.keyboard.type('apr');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Remove Apricot' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Remove Fig' })).toBeVisible();
});

test('tabs follow the arrow keys', async ({ gallery: page }) => {
	const lines = page.getByRole('tablist', { name: 'Lines' });
	await lines.getByRole('tab', { name: 'First' }).focus();
	await page.keyboard.press('ArrowRight');
	await expect(lines.getByRole('tab', { name: 'Second' })).toBeFocused();
	await expect(lines.getByRole('tab', { name: 'Second' })).toHaveAttribute('aria-selected', 'true');
	await expect(page.getByRole('tabpanel').first()).toContainText('Content of second');
	await page.keyboard.press('End');
	await expect(lines.getByRole('tab', { name: 'Third' })).toBeFocused();
	await page.keyboard.press('Home');
	await expect(lines.getByRole('tab', { name: 'First' })).toHaveAttribute('aria-selected', 'true');
	// One stop of the Tab key for the whole row.
	await page.keyboard.press('Tab');
	await expect(lines.getByRole('tab', { name: 'Second' })).not.toBeFocused();
});

test('a switch turns by the space bar; one that is off limits does not', async ({
	gallery: page
}) => {
	const setting = page.getByRole('switch', { name: 'A setting' });
	await setting.focus();
	await page.keyboard.press('Space');
	await expect(setting).toHaveAttribute('aria-checked', 'false');
	await page.keyboard.press('Enter');
	await expect(setting).toHaveAttribute('aria-checked', 'true');
	await expect(page.getByRole('switch', { name: 'Another' })).toBeDisabled();
});

test('a slider moves by keys and says its value in words', async ({ gallery: page }) => {
	// The editor of parameters has one of the same name once it shows its temperature.
	const slider = page.getByRole('slider', { name: 'Temperature' }).first();
	await slider.focus();
	await expect(slider).toHaveAttribute('aria-valuetext', '0.40');
	await page.keyboard.press('ArrowRight');
	await expect(slider).toHaveAttribute('aria-valuetext', '0.41');
	await page.keyboard.press('End');
	await expect(slider).toHaveAttribute('aria-valuenow', '200');
	await page.keyboard.press('Home');
	await expect(slider).toHaveAttribute('aria-valuenow', '0');
});
