import type { Page } from '@playwright/test';
import { expect, UPSTREAM } from '../support';
import { dialog, item, open, press, shown, type Visit } from './tools';

const USERS = '/(app)/admin/users/overview';
const GROUPS = '/(app)/admin/users/groups';
const GROUP = '/(app)/admin/users/groups/[id]';
const TAB = '/(app)/admin/settings/[tab]';

async function users(page: Page) {
	await open(page, '/admin/users/overview');
	await expect(
		page
			.getByRole('cell', { name: /ada@example.com/ })
			.or(page.getByText('ada@example.com'))
			.first()
	).toBeVisible();
}

export const ADMIN_PAGES: Visit[] = [
	{ name: 'users', route: USERS, contrast: true, go: users },
	{
		name: 'menu of a user',
		route: USERS,
		go: async (page) => {
			await users(page);
			await press(page, 'Actions for Karl');
			await expect(page.getByRole('menu')).toBeVisible();
		}
	},
	{
		name: 'adding a user',
		route: USERS,
		go: async (page) => {
			await users(page);
			await press(page, 'Add user');
			await shown(page);
		}
	},
	{
		name: 'adding users from a file',
		route: USERS,
		go: async (page) => {
			await users(page);
			await press(page, 'Add user');
			await page.getByRole('tab', { name: 'From a file' }).click();
			const chooser = page.waitForEvent('filechooser');
			await press(dialog(page), 'Choose a file');
			await (
				await chooser
			).setFiles({
				name: 'accounts.csv',
				mimeType: 'text/csv',
				buffer: Buffer.from('name;email;password;role\nNobody;nowhere;x;user\n')
			});
			await expect(page.getByText('This is not an email address.')).toBeVisible();
		}
	},
	{
		name: 'editing a user',
		route: USERS,
		go: async (page) => {
			await users(page);
			await press(page, /^Edit Karl/);
			await shown(page);
		}
	},
	{
		name: 'chats of a user',
		route: USERS,
		go: async (page) => {
			await users(page);
			await press(page, 'Actions for Karl');
			await item(page, 'See chats');
			await shown(page);
		}
	},
	{
		name: 'nobody found',
		route: USERS,
		go: async (page) => {
			await open(page, '/admin/users/overview?q=zzzz');
			await expect(page.getByText('Nobody found')).toBeVisible();
		}
	},
	{
		name: 'groups',
		route: GROUPS,
		contrast: true,
		go: async (page) => {
			await open(page, '/admin/users/groups');
			await expect(page.getByText('Beekeepers')).toBeVisible();
		}
	},
	{
		name: 'new group',
		route: GROUPS,
		go: async (page) => {
			await open(page, '/admin/users/groups');
			await press(page, 'New group');
			await shown(page);
		}
	},
	{
		name: 'default permissions',
		route: GROUP,
		go: async (page) => {
			await open(page, '/admin/users/groups/default');
			await expect(
				page.getByRole('heading', { name: 'Default permissions' }).first()
			).toBeVisible();
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
		}
	},
	...['Members', 'Permissions', 'Details'].map((tab): Visit => ({
		name: `group: ${tab.toLowerCase()}`,
		route: GROUP,
		go: async (page, { group }) => {
			await open(page, `/admin/users/groups/${group}`);
			await page.getByRole('tab', { name: tab }).click();
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
			await page.waitForLoadState('networkidle');
		}
	})),
	{
		name: 'leaderboard',
		route: '/(app)/admin/evaluations/leaderboard',
		contrast: true,
		go: async (page) => {
			await open(page, '/admin/evaluations/leaderboard');
			await expect(page.getByRole('table')).toBeVisible();
		}
	},
	{
		name: 'feedback',
		route: '/(app)/admin/evaluations/feedbacks',
		go: async (page) => {
			await open(page, '/admin/evaluations/feedbacks');
			await expect(page.getByRole('table')).toBeVisible();
		}
	},
	{
		name: 'one feedback',
		route: '/(app)/admin/evaluations/feedbacks',
		go: async (page) => {
			await open(page, '/admin/evaluations/feedbacks');
			await page.getByRole('table').locator('tbody tr').first().getByRole('button').first().click();
			await shown(page);
		}
	},
	{
		name: 'usage',
		route: '/(app)/admin/usage',
		contrast: true,
		go: async (page) => {
			await open(page, '/admin/usage');
			await press(page, 'Count');
			await expect(page.getByRole('region', { name: 'Users' })).toBeVisible();
		}
	}
];

const TABS = [
	'general',
	'connections',
	'models',
	'interface',
	'audio',
	'evaluations',
	'database',
	'all'
];

/** Some pages have a button that adds one of what they list. */
const adds = (tab: string, button: string): Visit => ({
	name: `server settings: ${button.toLowerCase()}`,
	route: TAB,
	go: async (page) => {
		await open(page, `/admin/settings/${tab}`);
		await press(page, button);
		await shown(page);
	}
});

export const ADMIN_SETTINGS: Visit[] = [
	...TABS.map((tab): Visit => ({
		name: `server settings: ${tab}`,
		route: TAB,
		contrast: tab === 'general',
		go: async (page) => {
			await open(page, `/admin/settings/${tab}`);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		}
	})),
	{
		name: 'server settings: not saved yet',
		route: TAB,
		go: async (page) => {
			await open(page, '/admin/settings/general');
			await page.getByRole('textbox', { name: 'How long a session lasts' }).fill('2w');
			await expect(page.getByText('1 unsaved change', { exact: true })).toBeVisible();
		}
	},
	{
		name: 'server settings: one of all',
		route: TAB,
		go: async (page) => {
			await open(page, '/admin/settings/all?q=watermark');
			await press(page, 'Edit RESPONSE_WATERMARK');
			await shown(page);
		}
	},
	{
		name: 'server settings: announcement',
		route: TAB,
		go: async (page) => {
			await open(page, '/admin/settings/interface');
			await press(page, 'Add an announcement');
			await expect(page.getByRole('textbox', { name: 'Heading' })).toBeVisible();
		}
	},
	adds('evaluations', 'Add an arena model'),
	{
		name: 'server settings: connection',
		route: TAB,
		contrast: true,
		go: async (page) => {
			await open(page, '/admin/settings/connections');
			await press(page, `Edit ${UPSTREAM}/v1`);
			await shown(page);
			await page.getByRole('dialog').getByText('More options').click();
		}
	},
	{
		name: 'server settings: connection to Ollama',
		route: TAB,
		go: async (page) => {
			await open(page, '/admin/settings/connections?add=ollama');
			await shown(page);
		}
	},
	{
		name: 'choice of administration pages',
		route: TAB,
		only: 'narrow',
		go: async (page) => {
			await open(page, '/admin/settings/general');
			await press(page, /Settings.*General/);
			await shown(page);
		}
	},
	{
		name: 'model of the server',
		route: '/(app)/admin/settings/models/edit',
		go: async (page) => {
			await open(page, '/admin/settings/models/edit?id=fake-small');
			await expect(page.getByRole('textbox', { name: 'Name' })).toBeVisible();
			for (const fold of await page.getByRole('main').locator('summary').all()) await fold.click();
		}
	}
];
