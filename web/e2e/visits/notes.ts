import { expect } from '../support';
import { open, press, shown, type Visit } from './tools';

export const NOTES: Visit[] = [
	{
		name: 'folder',
		route: '/(app)/folders/[id]',
		contrast: true,
		go: async (page, { folder }) => {
			await open(page, `/folders/${folder}`);
			await expect(page.getByRole('heading', { name: 'Garden' })).toBeVisible();
		}
	},
	{
		name: 'notes',
		route: '/(app)/notes',
		contrast: true,
		go: async (page) => {
			await open(page, '/notes');
			await expect(page.getByRole('link', { name: 'Honey' })).toBeVisible();
		}
	},
	{
		name: 'notes as a list',
		route: '/(app)/notes',
		go: async (page) => {
			await open(page, '/notes');
			await press(page, 'List');
			await expect(page.getByRole('link', { name: 'Honey' })).toBeVisible();
			await page.evaluate(() => localStorage.removeItem('transom.notes.view'));
		}
	},
	{
		name: 'note',
		route: '/(app)/notes/[id]',
		contrast: true,
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await expect(page.getByRole('textbox', { name: 'Text of the note' })).toContainText(
				'Harvest'
			);
			await expect(page.getByRole('toolbar')).toBeVisible();
		}
	},
	{
		name: 'menu of a note',
		route: '/(app)/notes/[id]',
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await press(page, 'Options for Honey');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'sharing a note',
		route: '/(app)/notes/[id]',
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await press(page, 'Share');
			await shown(page);
			await page.getByLabel('Add a group or a person').fill('karl');
			await expect(page.getByRole('dialog').getByRole('button', { name: /Karl/ })).toBeVisible();
		}
	},
	{
		name: 'link in a note',
		route: '/(app)/notes/[id]',
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await press(page, 'Link');
			await shown(page);
		}
	},
	{
		name: 'chat beside a note',
		route: '/(app)/notes/[id]',
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await press(page, 'Chat about the note');
			const beside = page.getByRole('complementary', { name: 'Chat about the note' });
			await beside.getByRole('textbox', { name: 'Your message' }).fill('[[reply:More **wax**.]]');
			await press(beside, 'Send');
			await expect(beside.getByRole('button', { name: 'Insert below' })).toBeVisible();
		}
	},
	{
		name: 'model at work on a note',
		route: '/(app)/notes/[id]',
		go: async (page, { note }) => {
			await open(page, `/notes/${note}`);
			await press(page, 'Work on it with a model');
			await shown(page);
		}
	}
];
