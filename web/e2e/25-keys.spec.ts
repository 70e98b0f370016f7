import type { Page } from '@playwright/test';
import {
	answers,
	api,
	ask,
	chooseModel,
	composer,
	expect,
	list,
	questions,
	settled,
	signIn,
	test
} from './support';

/** What each row of the list of shortcuts does, on a page with an answered chat. Leaves the page as it was. */
const ROWS: Record<string, (page: Page) => Promise<void>> = {
	'Search and actions': async (page) => {
		await page.keyboard.press('Control+k');
		await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
		await page.keyboard.press('Escape');
	},
	Settings: async (page) => {
		await page.keyboard.press('Control+.');
		await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
		await page.keyboard.press('Escape');
	},
	'This list': async (page) => {
		await page.keyboard.press('Control+/');
		await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
	},
	'Close what is open': async (page) => {
		await page.keyboard.press('Control+/');
		await expect(page.getByRole('dialog')).toBeVisible();
		await page.keyboard.press('Escape');
	},
	'Open or close the sidebar': async (page) => {
		await page.keyboard.press('Control+Shift+s');
		await expect(list(page)).toHaveCount(0);
		await page.keyboard.press('Control+Shift+s');
		await expect(list(page)).toBeVisible();
	},
	'Go to the message box': async (page) => {
		await page.getByRole('region', { name: 'Messages' }).focus();
		await page.keyboard.press('Shift+Escape');
		await expect(composer(page)).toBeFocused();
	},
	'Copy the last answer': async (page) => {
		await page.keyboard.press('Control+Shift+c');
		await expect.poll(() => clipboard(page)).toContain('Words');
	},
	'Copy the last code block': async (page) => {
		await page.keyboard.press('Control+Shift+;');
		await expect.poll(() => clipboard(page)).toBe('let a = 1\n');
	},
	'Edit the last message (in an empty box)': async (page) => {
		await composer(page).press('ArrowUp');
		await expect(questions(page).getByRole('textbox')).toBeFocused();
		await page.keyboard.press('Escape');
		await expect(questions(page).getByRole('textbox')).toHaveCount(0);
		await composer(page).fill('some text');
		await composer(page).press('ArrowUp');
		await expect(questions(page).getByRole('textbox')).toHaveCount(0);
		await composer(page).fill('');
	},
	'Answer again': async (page) => {
		await page.keyboard.press('Control+Shift+l');
		await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
		await settled(page);
	},
	'Insert a prompt': async (page) => {
		await composer(page).fill('');
		await composer(page).press('/');
		await expect(
			page.getByRole('listbox').getByRole('option', { name: /Hello keys/ })
		).toBeVisible();
		await composer(page).press('Escape');
		await composer(page).fill('');
	},
	'Refer to a chat, a note or a file': async (page) => {
		await composer(page).press('#');
		await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
		await composer(page).press('Escape');
		await composer(page).fill('');
	},
	'Ask another model': async (page) => {
		await composer(page).press('@');
		await expect(
			page.getByRole('listbox').getByRole('option', { name: /fake-large/ })
		).toBeVisible();
		await composer(page).press('Escape');
		await composer(page).fill('');
	},
	'Paste without making a file': async (page) => {
		await page.evaluate(() => navigator.clipboard.writeText('long '.repeat(2000)));
		await composer(page).press('Control+Shift+v');
		await expect(composer(page)).toHaveValue(/^long long/);
		await composer(page).fill('');
	},
	'Stop answering': async (page) => {
		await chooseModel(page, 'fake-slow');
		await ask(page, 'Stop by key');
		await expect(answers(page).last()).toContainText('w3');
		await page.keyboard.press('Escape');
		await settled(page);
	},
	'Add a message and an answer by hand': async (page) => {
		await page.keyboard.press('Control+Shift+Enter');
		await expect(questions(page)).toHaveCount(3);
	},
	'Delete the chat': async (page) => {
		await page.keyboard.press('Control+Shift+Backspace');
		await expect(page.getByRole('alertdialog')).toContainText('Keys');
		await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
	},
	'New temporary chat': async (page) => {
		await page.keyboard.press("Control+Shift+'");
		await expect(page.getByRole('heading', { level: 1 })).toContainText(/temporary/i);
	},
	'New chat': async (page) => {
		await page.keyboard.press('Control+Shift+o');
		await expect(page).toHaveURL(/\/$/);
		await expect(page.getByRole('heading', { level: 1 })).not.toContainText(/temporary/i);
	}
};

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test('every row of the list of shortcuts does what it says', async ({ page, context }) => {
	test.setTimeout(180_000);
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await signIn(page);
	await api(page, 'POST', '/users/user/settings/update', {
		ui: { title: { auto: false }, largeTextAsFile: true }
	});
	await api(page, 'POST', '/prompts/create', {
		command: '/hello-keys',
		title: 'Hello keys',
		content: 'Hello'
	});
	await page.reload();
	await chooseModel(page, 'fake-small');
	await ask(page, '[[reply:Words\n\n```js\nlet a = 1\n```]]');
	await settled(page);
	await page.waitForURL(/\/c\/[\w-]+$/);
	const id = page.url().split('/').at(-1);
	await api(page, 'POST', `/chats/${id}`, { chat: { title: 'Keys' } });
	await page.reload();
	await expect(answers(page)).toContainText('Words');

	await ROWS['This list']!(page);
	const rows = await page.getByRole('dialog').getByRole('term').allInnerTexts();
	await page.keyboard.press('Escape');
	expect(rows.toSorted()).toEqual(Object.keys(ROWS).toSorted());
	for (const [name, tryRow] of Object.entries(ROWS)) {
		await test.step(name, () => tryRow(page));
		await page.keyboard.press('Shift');
		if (await page.getByRole('dialog').count()) await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toHaveCount(0);
	}
	await api(page, 'DELETE', '/prompts/command/hello-keys/delete');
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
});

test("pages without a message box list none of its keys, and the browser's reload stays its own", async ({
	page
}) => {
	await signIn(page);
	await page.goto('/notes');
	await expect(page.getByRole('heading', { name: 'Notes', exact: true })).toBeVisible();
	await page.keyboard.press('Control+/');
	const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
	await expect(sheet.getByText('New chat')).toBeVisible();
	await expect(sheet.getByText('Insert a prompt')).toHaveCount(0);
	await page.keyboard.press('Escape');
	for (const key of ['r', 'R', 'F5']) {
		const taken = await page.evaluate((key) => {
			const event = new KeyboardEvent('keydown', {
				key,
				ctrlKey: key !== 'F5',
				shiftKey: key === 'R',
				bubbles: true,
				cancelable: true
			});
			document.body.dispatchEvent(event);
			return event.defaultPrevented;
		}, key);
		expect(taken, key).toBe(false);
	}
});

test('a chat deleted by keys right after it was opened is called by its name', async ({ page }) => {
	await signIn(page);
	const { id } = await api<{ id: string }>(page, 'POST', '/chats/new', {
		chat: { title: 'Slow to come', models: [], history: { currentId: null, messages: {} } }
	});
	await page.route(`**/api/v1/chats/${id}`, async (route) => {
		await new Promise((next) => setTimeout(next, 1500));
		await route.continue();
	});
	await page.goto(`/c/${id}`);
	await page.getByRole('complementary').first().waitFor();
	await page.keyboard.press('Control+Shift+Backspace');
	await expect(page.getByRole('alertdialog')).toContainText('Slow to come');
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByRole('alertdialog')).toHaveCount(0);
});
