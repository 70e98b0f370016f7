/** The sidebar, and what opens over every page. */
import type { Page } from '@playwright/test';
import { SETTINGS_TABS } from '../../src/lib/settings/tabs';
import { expect, list } from '../support';
import { CHAT, item, open, press, shown, type Visit } from './tools';

async function account(page: Page, entry?: string) {
	await page.getByRole('button', { name: /Ada Lovelace/ }).click();
	await expect(page.getByRole('menu')).toBeVisible();
	if (entry) await item(page, entry);
}

async function rowMenu(page: Page, title: string, entry?: string) {
	await list(page)
		.getByRole('button', { name: `Options for ${title}`, exact: true })
		.click();
	await expect(page.getByRole('menu')).toBeVisible();
	if (entry) await item(page, entry);
}

export const SIDEBAR: Visit[] = [
	{
		name: 'drawer',
		route: CHAT,
		only: 'narrow',
		contrast: true,
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Open sidebar');
			await expect(list(page).getByRole('link', { name: 'Bees' })).toBeVisible();
		}
	},
	{
		name: 'rail',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Close sidebar');
			await expect(list(page)).toHaveCount(0);
			await page.evaluate(() => localStorage.removeItem('transom.sidebar'));
		}
	},
	{
		name: 'menu of a row',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await rowMenu(page, 'Bees');
		}
	},
	{
		name: 'renaming in place',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await rowMenu(page, 'Bees', 'Rename');
			await expect(page.getByLabel('Name of the chat')).toBeVisible();
		}
	},
	{
		name: 'selection of chats',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await rowMenu(page, 'Bees', 'Select');
			await expect(page.getByText('1 selected')).toBeVisible();
		}
	},
	{
		name: 'deleting a chat',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await rowMenu(page, 'Bees', 'Delete');
			await shown(page);
		}
	},
	{
		name: 'menu of a folder',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Options for the folder Garden');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'settings of a folder',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Options for the folder Garden');
			await item(page, 'Settings');
			await shown(page);
		}
	},
	{
		name: 'deleting a folder',
		route: CHAT,
		only: 'wide',
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Options for the folder Garden');
			await item(page, 'Delete');
			await shown(page);
		}
	},
	{
		name: 'menu of the account',
		route: CHAT,
		only: 'wide',
		contrast: true,
		go: async (page) => {
			await open(page, '/');
			await account(page);
		}
	},
	{
		name: 'archived chats',
		route: CHAT,
		go: async (page) => {
			await open(page, '/#settings/data');
			await shown(page);
			await press(page.getByRole('dialog'), 'Open');
			await expect(page.getByRole('dialog', { name: 'Archived chats' })).toBeVisible();
			await page.waitForLoadState('networkidle');
		}
	},
	{
		name: 'shared chats',
		route: CHAT,
		go: async (page) => {
			// A new hash alone would leave the dialog before open.
			await page.goto('about:blank');
			await open(page, '/#settings/data');
			await shown(page);
			await page.getByRole('dialog').getByRole('button', { name: 'Open' }).nth(1).click();
			await expect(page.getByRole('dialog')).toHaveCount(2);
			await page.waitForLoadState('networkidle');
		}
	},
	{
		name: 'search',
		route: CHAT,
		contrast: true,
		go: async (page) => {
			await open(page, '/');
			await page.keyboard.press('Control+k');
			await shown(page);
		}
	},
	{
		name: 'search with a preview',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await page.keyboard.press('Control+k');
			await page.getByRole('combobox', { name: 'Search chats and actions' }).fill('bees');
			await expect(page.getByRole('option', { name: 'Bees' }).first()).toBeVisible();
			await page.waitForLoadState('networkidle');
		}
	},
	{
		name: 'search without a hit',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await page.keyboard.press('Control+k');
			await page.getByRole('combobox', { name: 'Search chats and actions' }).fill('zzzz');
			await page.waitForLoadState('networkidle');
		}
	},
	{
		name: 'shortcuts',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await page.keyboard.press('Control+/');
			await shown(page);
		}
	}
];

export const SETTINGS: Visit[] = SETTINGS_TABS.map((tab) => ({
	name: `settings: ${tab}`,
	route: CHAT,
	contrast: tab === 'general',
	go: async (page) => {
		await open(page, `/#settings/${tab}`);
		await shown(page);
	}
}));
SETTINGS.push({
	name: 'settings: found',
	route: CHAT,
	go: async (page) => {
		await open(page, '/#settings');
		await page.getByLabel('Search settings').fill('a');
		await expect(page.getByRole('region', { name: 'Settings that match' })).toBeVisible();
	}
});
