import type { Page } from '@playwright/test';
import type { Scene } from '../scene';
import { answers, composer, expect, questions, settled } from '../support';
import { CHAT, STORED, item, open, press, shown, type Visit } from './tools';

async function rich(page: Page, { rich }: Scene) {
	await open(page, `/c/${rich}`);
	await expect(answers(page)).toContainText('They sting', { timeout: 30_000 });
	await expect(answers(page).locator('.katex').first()).toBeVisible();
}

async function chatMenu(page: Page, entry: string) {
	await press(page, 'Chat menu');
	await item(page, entry);
}

export const CHATS: Visit[] = [
	{ name: 'new chat', route: CHAT, contrast: true, go: (page) => open(page, '/') },
	{
		name: 'temporary chat',
		route: CHAT,
		go: async (page) => {
			await open(page, '/?temporary-chat=true');
			await expect(page.getByText('Nothing is saved.')).toBeVisible();
		}
	},
	{
		name: 'no models yet',
		route: CHAT,
		go: async (page) => {
			await page.route('**/api/models*', (route) => route.fulfill({ json: { data: [] } }));
			await open(page, '/');
			await expect(page.getByRole('heading', { name: 'Let a model in' })).toBeVisible();
			await page.unrouteAll();
		}
	},
	{ name: 'chat', route: STORED, contrast: true, go: rich },
	{
		name: 'chat, all unfolded',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			for (const fold of await answers(page).locator('summary').all()) await fold.click();
			await answers(page).getByTitle('Show all steps').click();
		}
	},
	{
		name: 'two answers',
		route: STORED,
		go: async (page, { twins }) => {
			await open(page, `/c/${twins}`);
			await expect(page.getByText('That one.')).toBeVisible();
		}
	},
	{
		name: 'errors',
		route: STORED,
		go: async (page, { broken }) => {
			await open(page, `/c/${broken}`);
			await expect(page.getByText('The model has gone away.')).toBeVisible();
		}
	},
	{
		name: 'no such chat',
		route: STORED,
		refused: true,
		go: async (page) => {
			await open(page, '/c/none');
			await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
		}
	},
	{
		name: 'no such page',
		route: '+error',
		refused: true,
		go: async (page) => {
			await open(page, '/nothing/of/the/kind');
			await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
		}
	}
];

export const IN_CHAT: Visit[] = [
	{
		name: 'choice of models',
		route: CHAT,
		contrast: true,
		go: async (page) => {
			await open(page, '/');
			await press(page, /^Model: /);
			await expect(page.getByRole('listbox')).toBeVisible();
		}
	},
	{
		name: 'menu of attachments',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await press(page, 'Add files and more');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'prompts while writing',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await composer(page).pressSequentially('/bee');
			await expect(page.getByRole('option').first()).toBeVisible();
		}
	},
	{
		name: 'blanks of a prompt',
		route: CHAT,
		go: async (page) => {
			await open(page, '/');
			await composer(page).fill('');
			await composer(page).pressSequentially('/bee');
			await page.getByRole('option').first().click();
			await shown(page);
		}
	},
	{
		name: 'answer being written',
		route: CHAT,
		go: async (page) => {
			await open(page, '/?model=fake-slow');
			await composer(page).fill('Count');
			await composer(page).press('Enter');
			await expect(answers(page).last()).toContainText('w3');
		}
	},
	{
		name: 'controls',
		route: STORED,
		go: async (page, scene) => {
			await settled(page);
			await rich(page, scene);
			await press(page, 'Chat controls');
			await expect(page.getByLabel('System prompt')).toBeVisible();
		}
	},
	{
		name: 'overview',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await chatMenu(page, 'Overview');
			await expect(page.getByText('Overview').last()).toBeVisible();
		}
	},
	{
		name: 'artifact',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await chatMenu(page, 'Preview');
			await expect(page.locator('iframe')).toBeVisible();
		}
	},
	{
		name: 'menu of a chat',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(page, 'Chat menu');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'menu of an answer',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(answers(page).last(), 'More');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'tokens and time',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(page, 'Tokens and time');
			await expect(page.getByText('Total tokens')).toBeVisible();
		}
	},
	{
		name: 'rating',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(page, 'Good answer');
			await expect(page.getByText('What was good about it?')).toBeVisible();
		}
	},
	{
		name: 'sources',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await answers(page).getByRole('link', { name: '1' }).first().click();
			await shown(page);
		}
	},
	{
		name: 'edited question',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await questions(page).hover();
			await press(questions(page), 'Edit');
			await expect(page.getByLabel('Edit your message')).toBeVisible();
		}
	},
	{
		name: 'edited answer',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(answers(page).last(), 'More');
			await item(page, 'Edit');
			await expect(page.getByLabel('Edit the answer')).toBeVisible();
		}
	},
	{
		name: 'deleting a message',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await questions(page).hover();
			await press(questions(page), 'Delete');
			await shown(page);
		}
	},
	{
		name: 'picture in full',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await press(questions(page), /^Show dot.png/);
			await shown(page);
		}
	},
	{
		name: 'sharing a chat',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await chatMenu(page, 'Share');
			await shown(page);
		}
	},
	{
		name: 'tags of a chat',
		route: STORED,
		go: async (page, scene) => {
			await rich(page, scene);
			await chatMenu(page, 'Tags');
			await shown(page);
		}
	},
	{
		name: 'shared chat',
		route: '/(app)/s/[id]',
		contrast: true,
		go: async (page, { shared }) => {
			await open(page, `/s/${shared}`);
			await expect(answers(page)).toContainText('They sting');
		}
	}
];
