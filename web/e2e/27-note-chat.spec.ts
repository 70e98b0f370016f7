import type { Page } from '@playwright/test';
import { UPSTREAM, api, expect, screenshots, signIn, test } from './support';

interface Received {
	body: { stream?: boolean; messages?: { role: string; content: string }[] };
}

const text = (page: Page) => page.getByRole('textbox', { name: 'Text of the note' });

async function lastAsked(page: Page) {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as Received[];
	return all.findLast(({ body }) => body?.stream)!.body.messages!;
}

test('a chat beside a note knows the note and what is marked, and its answers go into it', async ({
	page
}) => {
	await signIn(page);
	const { id } = await api<{ id: string }>(page, 'POST', '/notes/create', {
		title: 'Bread',
		data: { content: { md: 'Flour and water.\n\nWait a day.', html: '', json: null } },
		access_control: {}
	});
	await page.goto(`/notes/${id}`);
	await expect(text(page).getByText('Wait a day.')).toBeVisible();
	await page.getByRole('button', { name: 'Chat about the note' }).click();
	const panel = page.getByRole('complementary', { name: 'Chat about the note' });
	const box = panel.getByRole('textbox', { name: 'Your message' });
	await expect(box).toBeFocused();
	await box.fill('[[reply:Salt is **missing**.]]');
	await box.press('Enter');
	await expect(panel.getByRole('article', { name: 'Answer' })).toContainText('Salt is missing.');
	const first = await lastAsked(page);
	expect(first[0]!.content).toContain('<note>\nFlour and water.\n\nWait a day.');
	expect(first[0]!.content).not.toContain('<marked>');
	await panel.getByRole('button', { name: 'Insert below' }).click();
	await expect(text(page).locator('p').last()).toHaveText('Salt is missing.');
	await expect(text(page).locator('strong')).toHaveText('missing');

	await text(page).getByText('Wait a day.').selectText();
	await expect(panel.getByText('About “Wait a day.”')).toBeVisible();
	await box.fill('[[reply:Wait two days.]]');
	await box.press('Enter');
	await expect(panel.getByRole('article', { name: 'Answer' })).toHaveCount(2);
	await expect(panel.getByText('Wait two days.', { exact: true })).toBeVisible();
	const second = await lastAsked(page);
	expect(second[0]!.content).toContain('<marked>\nWait a day.\n</marked>');
	expect(second.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
	await screenshots(page, 'note-chat');
	await panel.getByRole('button', { name: 'Replace what is marked' }).last().click();
	await expect(text(page).locator('p').nth(1)).toHaveText('Wait two days.');
	await expect(text(page).locator('p').first()).toHaveText('Flour and water.');

	// Closed and opened, the conversation is still there.
	await panel.getByRole('button', { name: 'Close' }).click();
	await expect(panel).toHaveCount(0);
	await page.getByRole('button', { name: 'Chat about the note' }).click();
	await expect(panel.getByRole('article', { name: 'Answer' })).toHaveCount(2);
	await api(page, 'DELETE', `/notes/${id}/delete`);
});
