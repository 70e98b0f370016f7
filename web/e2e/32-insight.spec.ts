import type { Page } from '@playwright/test';
import {
	answers,
	api,
	ask,
	chooseModel,
	expect,
	screenshots,
	settled,
	signIn,
	test
} from './support';

const judge = (page: Page, model: string, rating: number, others: string[], comment = '') =>
	api<{ id: string }>(page, 'POST', '/evaluations/feedback', {
		type: 'rating',
		data: { rating, model_id: model, sibling_model_ids: others, comment, tags: [`t-${model}`] },
		meta: { arena: true, chat_id: 'none' }
	});

test('judgements make a leaderboard', async ({ page }) => {
	await signIn(page);
	// Others may have rated answers before.
	await api(page, 'DELETE', '/evaluations/feedbacks/all');
	await judge(page, 'fake-large', 1, ['fake-small'], 'Very clear');
	await judge(page, 'fake-large', 1, ['fake-small']);
	await judge(page, 'fake-small', -1, ['fake-think']);
	await page.goto('/admin/evaluations');
	await page.waitForURL('/admin/evaluations/leaderboard');
	const rows = page.getByRole('table').locator('tbody tr');
	await expect(rows).toHaveCount(3);
	await expect(rows.nth(0)).toContainText('fake-large');
	await expect(rows.nth(0)).toContainText(/10[23]\d/);
	await expect(rows.nth(2)).toContainText('fake-small');
	await screenshots(page, 'admin-leaderboard');
	await page.getByLabel('Topic').click();
	await page.getByRole('option', { name: 't-fake-small' }).click();
	await expect(rows.nth(0)).toContainText('fake-think');
	await expect(rows).toHaveCount(2);
});

test('feedback is read, exported and deleted', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin/evaluations/feedbacks');
	const rows = page.getByRole('table').locator('tbody tr');
	await expect(rows).toHaveCount(3);
	await page.getByRole('columnheader', { name: 'Verdict' }).getByRole('button').click();
	await expect(rows.last()).toContainText('Bad');
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Export' }).click();
	expect((await download).suggestedFilename()).toMatch(/^feedback-.*\.json$/);

	await rows.filter({ hasText: 'Very clear' }).getByRole('button').click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('Compared with');
	await expect(dialog).toContainText('fake-small');
	await screenshots(page, 'admin-feedback');
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(rows).toHaveCount(2);
	await page.getByRole('button', { name: 'Delete all' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByText('No feedback yet')).toBeVisible();
});

test('usage tells what is in use and counts chats on request', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'Count me');
	await expect(answers(page).last()).toContainText('Echo: Count me');
	await settled(page);
	await page.goto('/admin/usage');
	await expect(page.getByText('People active')).toBeVisible();
	await page.getByRole('button', { name: 'Count', exact: true }).click();
	const users = page.getByRole('region', { name: 'Users' });
	await expect(users.locator('tr', { hasText: 'Ada Lovelace' })).toContainText(/[1-9]/);
	const models = page.getByRole('region', { name: 'Models' });
	await expect(models.locator('tr', { hasText: 'fake-small' })).toContainText(/[1-9]/);
	await screenshots(page, 'admin-usage');
});
