import type { Page } from '@playwright/test';
import { api, expect, newPerson, screenshots, signIn, signInAs, test } from './support';

interface Note {
	id: string;
	title: string;
	data: { content: { md: string } };
}

const text = (page: Page) => page.getByRole('textbox', { name: 'Text of the note' });
const notes = (page: Page) => api<Note[]>(page, 'GET', '/notes/');

test.beforeEach(async ({ page }) => {
	await signIn(page);
	for (const { id } of await notes(page)) await api(page, 'DELETE', `/notes/${id}/delete`);
});

test('a note is written, formatted, kept and found', async ({ page }) => {
	await page.getByRole('link', { name: 'Notes' }).click();
	await expect(page.getByRole('heading', { name: 'No notes yet' })).toBeVisible();
	await screenshots(page, 'notes-empty');
	await page.getByRole('main').getByRole('button', { name: 'New note' }).last().click();
	await page.waitForURL(/\/notes\/[\w-]+$/);
	await page.getByRole('textbox', { name: 'Title' }).fill('Bread');
	await page.keyboard.press('Enter');
	await expect(text(page)).toBeFocused();
	await page.keyboard.type('## Dough\nFlour and **water**.\n');
	await page.getByRole('button', { name: 'Task list' }).click();
	await page.keyboard.type('buy flour');
	await expect(page.getByText('6 words', { exact: false })).toBeVisible();
	await expect(page.getByRole('status').getByText('Saved')).toBeVisible();
	await screenshots(page, 'note');
	await expect.poll(async () => (await notes(page))[0]).toMatchObject({ title: 'Bread' });
	await expect
		.poll(async () => (await notes(page))[0]!.data.content.md)
		.toMatch(/^## Dough\n\nFlour and \*\*water\*\*\.\n\n- \[ \] buy flour/);

	await page.reload();
	await expect(text(page).getByText('buy flour', { exact: true })).toBeVisible();
	await expect(text(page).getByRole('heading', { name: 'Dough' })).toHaveCount(1);
	await page.getByRole('button', { name: 'Options for Bread' }).click();
	await page.getByRole('menuitem', { name: 'Pin' }).click();
	await expect(page.getByRole('complementary').getByRole('link', { name: 'Bread' })).toBeVisible();

	await page.getByRole('link', { name: 'Notes' }).first().click();
	await page.getByLabel('Search notes').fill('flour');
	await expect(page.getByRole('main').getByRole('link', { name: 'Bread' })).toBeVisible();
	await page.getByRole('button', { name: 'List', exact: true }).click();
	await screenshots(page, 'notes');
	await page.getByLabel('Search notes').fill('nothing of the kind');
	await expect(page.getByText('Nothing found.')).toBeVisible();
	await page.getByLabel('Search notes').fill('');
	await page.getByRole('main').getByRole('button', { name: 'Options for Bread' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByRole('heading', { name: 'No notes yet' })).toBeVisible();
	await expect(page.getByRole('complementary').getByRole('link', { name: 'Bread' })).toHaveCount(0);
});

test('two people write in one note at once', async ({ page, browser }) => {
	const ben = await newPerson(page, 'Ben');
	const note = await api<Note>(page, 'POST', '/notes/create', {
		title: 'Shared',
		data: { content: { md: 'Begun.', html: '', json: null } },
		access_control: {
			read: { user_ids: [ben.id], group_ids: [] },
			write: { user_ids: [ben.id], group_ids: [] }
		}
	});
	await page.goto(`/notes/${note.id}`);
	await expect(text(page).getByText('Begun.')).toBeVisible();

	const context = await browser.newContext();
	const other = await context.newPage();
	await signInAs(other, ben);
	await other.goto(`/notes/${note.id}`);
	await expect(text(other).getByText('Begun.')).toBeVisible();
	await expect(page.getByRole('img', { name: 'Ben' })).toBeVisible();
	await text(other).click();
	await other.keyboard.press('End');
	await other.keyboard.type(' Ben was here.');
	await expect(text(page).getByText('Begun. Ben was here.')).toBeVisible();
	await expect(page.locator('.note-caret')).toHaveAttribute('data-name', 'Ben');

	// What both write at the same time stands there once each.
	await text(page).click();
	await page.keyboard.press('Home');
	await Promise.all([page.keyboard.type('Ada: '), other.keyboard.type(' Again.')]);
	for (const someone of [page, other])
		await expect
			.poll(async () => (await text(someone).innerText()).replaceAll('\u2060', ''))
			.toContain('Ada: Begun. Ben was here. Again.');
	await expect
		.poll(async () => (await notes(page))[0]!.data.content.md.trim())
		.toBe('Ada: Begun. Ben was here. Again.');

	await page.getByRole('textbox', { name: 'Title' }).fill('Ours');
	await expect(other.getByRole('textbox', { name: 'Title' })).toHaveValue('Ours');
	await other.getByRole('link', { name: 'Notes' }).first().click();
	await expect(page.getByRole('img', { name: 'Ben' })).toHaveCount(0);
	await context.close();
});

test('who may only read sees changes and changes nothing', async ({ page, browser }) => {
	const cleo = await newPerson(page, 'Cleo');
	const note = await api<Note>(page, 'POST', '/notes/create', {
		title: 'To read',
		data: { content: { md: 'One.', html: '', json: null } },
		access_control: {}
	});
	await page.goto(`/notes/${note.id}`);
	await page.getByRole('button', { name: 'Share' }).click();
	await page.getByLabel('Add a group or a person').fill('cleo');
	await page.getByRole('button', { name: /^C? ?Cleo/ }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('dialog')).toHaveCount(0);

	const context = await browser.newContext();
	const other = await context.newPage();
	await signInAs(other, cleo);
	await other.goto(`/notes/${note.id}`);
	await expect(text(other).getByText('One.')).toBeVisible();
	await expect(other.getByText('Read only')).toBeVisible();
	await expect(other.getByRole('toolbar')).toHaveCount(0);
	await expect(text(other)).toHaveAttribute('contenteditable', 'false');
	await text(page).click();
	await page.keyboard.press('End');
	await page.keyboard.type(' Two.');
	await expect(text(other).getByText('One. Two.')).toBeVisible();
	await context.close();
});

test('a model works on a note, and files come in and go out', async ({ page }) => {
	await page.goto('/notes');
	await page.locator('input[type=file]').setInputFiles({
		name: 'Plan.md',
		mimeType: 'text/markdown',
		buffer: Buffer.from('# Plan\n\nGo.')
	});
	await expect(page.getByText('1 note imported.')).toBeVisible();
	await page.getByRole('main').getByRole('link', { name: 'Plan' }).click();
	await expect(text(page).getByRole('heading', { name: 'Plan' })).toBeVisible();

	await page.getByRole('button', { name: 'Work on it with a model' }).click();
	const sheet = page.getByRole('dialog');
	await sheet.getByRole('combobox', { name: 'What to do' }).click();
	await page.getByRole('option', { name: 'In my own words…' }).click();
	await sheet.getByLabel('What should be done?').fill('[[reply:Better **plan**.]]');
	await sheet.getByRole('button', { name: 'Start' }).click();
	await expect(sheet.getByText('Better **plan**.')).toBeVisible();
	await screenshots(page, 'note-enhance');
	await sheet.getByRole('button', { name: 'Replace the text' }).click();
	await expect(text(page).locator('strong')).toHaveText('plan');
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(text(page).getByRole('heading', { name: 'Plan' })).toBeVisible();

	const saved = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Options for Plan' }).click();
	await page.getByRole('menuitem', { name: 'Download' }).hover();
	await page.getByRole('menuitem', { name: 'Markdown' }).click();
	expect((await saved).suggestedFilename()).toBe('Plan.md');
});
