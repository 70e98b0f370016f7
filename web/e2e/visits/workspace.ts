import { expect } from '../support';
import { open, press, type Visit } from './tools';

const MODELS = '/(app)/workspace/models';
const PROMPTS = '/(app)/workspace/prompts';

export const WORKSPACE: Visit[] = [
	{
		name: 'models',
		route: MODELS,
		contrast: true,
		go: async (page) => {
			await open(page, '/workspace/models');
			await expect(page.getByRole('main').getByRole('link', { name: 'Bee expert' })).toBeVisible();
		}
	},
	{
		name: 'menu of a model',
		route: MODELS,
		go: async (page) => {
			await open(page, '/workspace/models');
			await press(page, 'Actions for Bee expert');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'new model',
		route: `${MODELS}/create`,
		go: async (page) => {
			await open(page, '/workspace/models/create');
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
			await page.getByRole('radio', { name: 'Its own' }).click();
			await press(page, 'Add a suggestion');
			await press(page, /Temperature/);
		}
	},
	{
		name: 'base of a model',
		route: `${MODELS}/create`,
		go: async (page) => {
			await open(page, '/workspace/models/create');
			await page.getByRole('combobox', { name: 'Base model' }).fill('fake');
			await expect(page.getByRole('option').first()).toBeVisible();
		}
	},
	{
		name: 'a model',
		route: `${MODELS}/edit`,
		go: async (page) => {
			await open(page, '/workspace/models/edit?id=bee-expert');
			await expect(page.getByRole('textbox', { name: 'System prompt' })).toHaveValue(/bees/);
		}
	},
	{
		name: 'prompts',
		route: PROMPTS,
		contrast: true,
		go: async (page) => {
			await open(page, '/workspace/prompts');
			await expect(page.getByRole('link', { name: 'About bees' })).toBeVisible();
		}
	},
	{
		name: 'new prompt',
		route: `${PROMPTS}/create`,
		go: async (page) => {
			await open(page, '/workspace/prompts/create');
			await page.getByRole('textbox', { name: 'Command' }).fill('a b');
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
		}
	},
	{
		name: 'a prompt',
		route: `${PROMPTS}/edit`,
		go: async (page) => {
			await open(page, '/workspace/prompts/edit?command=bees');
			await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('About bees');
			await page.getByText('Gaps and variables').click();
		}
	}
];

export const PLAYGROUND: Visit[] = [
	{
		name: 'conversation',
		route: '/(app)/playground',
		contrast: true,
		go: async (page) => {
			await open(page, '/playground');
			await page.getByRole('combobox', { name: 'Model' }).fill('fake-reasoner');
			await page.getByRole('option', { name: /fake-reasoner/ }).click();
			await page.getByRole('textbox', { name: 'Message 1', exact: true }).fill('Where to?');
			await press(page, 'Run');
			await expect(page.getByRole('textbox', { name: 'Message 3', exact: true })).toBeVisible();
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
		}
	},
	{
		name: 'completion',
		route: '/(app)/playground/completions',
		go: (page) => open(page, '/playground/completions')
	}
];
