import { expect, test } from './gallery';

test('a menu is used by keys, and gives the focus back', async ({ gallery: page }) => {
	const button = page.getByRole('button', { name: 'Menu', exact: true });
	await button.focus();
	await page.keyboard.press('Enter');
	const item = (name: string) => page.getByRole('menuitem', { name });
	await expect(item('Copy')).toBeFocused();
	await page.keyboard.press('ArrowDown');
	await expect(item('Move to')).toBeFocused();
	await page.keyboard.press('ArrowRight');
	await expect(item('Apple')).toBeFocused();
	await page.keyboard.press('ArrowLeft');
	await expect(item('Apple')).toHaveCount(0);
	await expect(item('Move to')).toBeFocused();
	// What is switched stays open, what is done closes.
	await page.keyboard.press('ArrowDown');
	const pinned = page.getByRole('menuitemcheckbox', { name: 'Pinned' });
	await expect(pinned).toBeChecked();
	await page.keyboard.press('Enter');
	await expect(pinned).not.toBeChecked();
	await page.keyboard.press('End');
	await expect(item('Delete')).toBeFocused();
	await page.keyboard.press('ArrowUp');
	await expect(item('Archive')).not.toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('menu')).toHaveCount(0);
	await expect(button).toBeFocused();
});

test('a menu of a place opens by right click and closes by Escape', async ({ gallery: page }) => {
	await page.getByText('Right click or long press').click({ button: 'right' });
	await expect(page.getByRole('menu')).toBeVisible();
	await page.keyboard.press('ArrowDown');
	await expect(page.getByRole('menuitem', { name: 'Copy' })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('menu')).toHaveCount(0);
});

for (const [name, role, title] of [
	['Dialog', 'dialog', 'A dialog'],
	['Confirm', 'alertdialog', 'Delete it?'],
	['Sheet', 'dialog', 'A sheet']
] as const)
	test(`${name}: keeps the focus inside, and gives it back`, async ({ gallery: page }) => {
		const button = page.getByRole('button', { name, exact: true });
		await button.focus();
		await page.keyboard.press('Enter');
		const layer = page.getByRole(role, { name: title });
		await expect(layer).toBeVisible();
		const inside = () => layer.evaluate((node) => node.contains(document.activeElement));
		await expect.poll(inside).toBe(true);
		for (let i = 0; i < 8; i += 1) {
			await page.keyboard.press(i < 5 ? 'Tab' : 'Shift+Tab');
			expect(await inside(), `after ${i + 1} steps`).toBe(true);
		}
		await page.keyboard.press('Escape');
		await expect(layer).toHaveCount(0);
		await expect(button).toBeFocused();
	});
