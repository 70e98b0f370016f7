import type { Page } from '@playwright/test';
import type { Scene } from '../scene';
import { expect } from '../support';
import { dialog, item, open, press, shown, type Visit } from './tools';

const CHANNEL = '/(app)/channels/[id]';

async function hive(page: Page, { channel }: Scene, query = '') {
	await open(page, `/channels/${channel}${query}`);
	await expect(page.getByRole('log', { name: 'Messages in hive' })).toContainText('veil');
}

const message = (page: Page, text: string) =>
	page.getByRole('log').getByRole('article').filter({ hasText: text }).first();

export const CHANNELS: Visit[] = [
	{ name: 'channel', route: CHANNEL, contrast: true, go: hive },
	{
		name: 'thread',
		route: CHANNEL,
		contrast: true,
		go: async (page, scene) => {
			await hive(page, scene, `?thread=${scene.topic}`);
			await expect(page.getByRole('complementary', { name: 'Thread' })).toContainText('ladder');
		}
	},
	{
		name: 'tools of a message',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await message(page, 'Who looks after').hover();
			await press(message(page, 'Who looks after'), 'More for this message');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'changing a message',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await page.getByRole('textbox', { name: 'Write in hive' }).press('ArrowUp');
			await expect(page.getByRole('textbox', { name: 'Edit your message' })).toBeFocused();
		}
	},
	{
		name: 'people and models while writing',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await page.getByRole('textbox', { name: 'Write in hive' }).pressSequentially('@ka');
			await expect(page.getByRole('option', { name: /Karl/ })).toBeVisible();
		}
	},
	{
		name: 'emoji',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'Insert an emoji');
			await expect(
				page.getByRole('dialog', { name: 'Emoji' }).getByRole('button').first()
			).toBeVisible();
		}
	},
	{
		name: 'members of a channel',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, /^Members/);
			await shown(page);
		}
	},
	{
		name: 'pinned messages',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'Pinned messages');
			await expect(dialog(page)).toContainText('veil');
		}
	},
	{
		name: 'menu of a channel',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'Channel menu');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'settings of a channel',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'Channel menu');
			await item(page, 'Edit');
			await shown(page);
		}
	},
	{
		name: 'day of a channel',
		route: CHANNEL,
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'Channel menu');
			await item(page, 'Go to a day');
			await shown(page);
		}
	},
	{
		name: 'new channel',
		route: CHANNEL,
		only: 'wide',
		go: async (page, scene) => {
			await hive(page, scene);
			await press(page, 'New channel or message');
			await shown(page);
			await dialog(page).getByRole('radio', { name: 'Group' }).click();
		}
	},
	{
		name: 'no such channel',
		route: CHANNEL,
		refused: true,
		go: async (page) => {
			await open(page, '/channels/none');
			await expect(page.getByRole('heading', { name: 'There is no such channel' })).toBeVisible();
		}
	}
];
