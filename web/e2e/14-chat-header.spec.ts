import {
	UPSTREAM,
	answers,
	ask,
	chooseModel,
	composer,
	expect,
	questions,
	screenshots,
	settled,
	signIn,
	test
} from './support';
import type { Page } from '@playwright/test';

async function lastRequest(page: Page) {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as {
		path: string;
		body: { stream?: boolean; messages: { role: string; content: unknown }[] } & Record<
			string,
			unknown
		>;
	}[];
	return all.findLast((r) => r.path.endsWith('/chat/completions') && r.body.stream)!.body;
}

async function begin(page: Page, text: string) {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, text);
	await settled(page);
	await page.waitForURL(/\/c\/[\w-]+$/);
}

const menu = (page: Page) => page.getByRole('button', { name: 'Chat menu' }).click();

test('a chat has a system prompt and parameters of its own', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await page.getByRole('button', { name: 'Chat controls' }).click();
	await page.getByLabel('System prompt').fill('Answer as a pirate.');
	await page.getByRole('button', { name: 'Change Temperature' }).click();
	const temperature = page.getByRole('spinbutton', { name: 'Temperature' });
	await temperature.fill('0.3');
	await temperature.press('Tab');
	await page.getByRole('button', { name: 'Change Stop sequences' }).click();
	await page.getByRole('textbox', { name: 'Stop sequences' }).fill('END');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Add', exact: true }).last().click();
	await page.getByPlaceholder('Name').fill('user_tag');
	await page.getByPlaceholder('Value').fill('[1, 2]');
	await page.keyboard.press('Tab');
	await screenshots(page, 'controls');
	await ask(page, 'Ahoy');
	await settled(page);
	expect(await lastRequest(page)).toMatchObject({
		temperature: 0.3,
		stop: ['END'],
		user_tag: [1, 2],
		messages: [
			{ role: 'system', content: 'Answer as a pirate.' },
			{ role: 'user', content: 'Ahoy' }
		]
	});
	await page.waitForURL(/\/c\//);
	await page.reload();
	await page.getByRole('button', { name: 'Chat controls' }).click();
	await expect(page.getByLabel('System prompt')).toHaveValue('Answer as a pirate.');
	await page.getByRole('button', { name: 'Set Temperature back to its default' }).click();
	await page.waitForTimeout(1000);
	await page.waitForLoadState('networkidle');
	await ask(page, 'Again');
	await settled(page);
	expect(await lastRequest(page)).not.toHaveProperty('temperature');
});

test('a temporary chat leaves nothing behind, unless it is kept', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	const list = page.getByRole('navigation', { name: 'Chats' });
	const before = await list.getByRole('link').count();
	await page.getByRole('button', { name: /^Temporary chat/ }).click();
	await screenshots(page, 'temporary');
	await ask(page, 'Off the record');
	await settled(page);
	await expect(answers(page).last()).toContainText('Echo: Off the record');
	await expect(page).toHaveURL('/');
	expect(await list.getByRole('link').count()).toBe(before);
	// It goes on like any chat: other answers, continued ones.
	await answers(page).last().getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: 'Continue' }).click();
	await settled(page);
	await expect(answers(page).last()).toContainText('Echo: Off the recordEcho: Off the record');

	await page.getByRole('button', { name: 'Save chat' }).click();
	await page.waitForURL(/\/c\/[\w-]+$/);
	await page.reload();
	await expect(questions(page)).toContainText('Off the record');

	await page.goto('/?temporary-chat=true');
	await ask(page, 'Gone for good');
	await settled(page);
	await page.reload();
	await expect(questions(page)).toHaveCount(0);
	expect(await list.getByRole('link', { name: 'Gone for good' }).count()).toBe(0);
});

test('a chat is renamed over its messages', async ({ page }) => {
	await begin(page, 'Name me');
	await page.getByRole('heading').getByRole('button', { name: 'Fake Title' }).click();
	await page.getByLabel('Name of the chat').fill('A better name');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'A better name' })).toBeVisible();
	await expect(
		page.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: 'A better name' })
	).toBeVisible();
	await expect(page).toHaveTitle(/^A better name/);
	await page.getByRole('heading').getByRole('button', { name: 'A better name' }).click();
	await page.getByLabel('Name of the chat').fill('Discarded');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('heading', { name: 'A better name' })).toBeVisible();
});

test('a shared chat is read by its link and gone on with in a copy', async ({ page }) => {
	await begin(page, 'Share this');
	await menu(page);
	await screenshots(page, 'chat-menu');
	await page.getByRole('menuitem', { name: 'Share' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Share' }).click();
	const link = await page.getByRole('dialog').getByRole('link').getAttribute('href');
	await page.keyboard.press('Escape');
	await page.goto(new URL(link!).pathname);
	await expect(answers(page)).toContainText('Echo: Share this');
	await expect(composer(page)).toHaveCount(0);
	await expect(page.getByRole('button', { name: 'Answer again' })).toHaveCount(0);
	await screenshots(page, 'shared');
	await page.getByRole('button', { name: 'Continue in a copy' }).click();
	await page.waitForURL(/\/c\/[\w-]+$/);
	await expect(answers(page)).toContainText('Echo: Share this');
	await ask(page, 'Mine now');
	await settled(page);
	await expect(answers(page)).toHaveCount(2);
});

test('a whole chat is printed, also what is out of sight', async ({ page }) => {
	await begin(page, '[[reply:# Title\n\nSo $x^2$ and\n\n```js\nlet a = 1\n```]]');
	await ask(page, 'And a second turn');
	await settled(page);
	// The page is held while it would be printed.
	await page.evaluate(() => {
		window.print = () => {
			const root = document.querySelector('.print-root')!;
			(window as { printed?: string }).printed = root.textContent ?? '';
			document.body.append(root.cloneNode(true));
		};
	});
	await menu(page);
	await page.getByRole('menuitem', { name: 'Download' }).hover();
	await page.getByRole('menuitem', { name: 'PDF (print)' }).click();
	await expect
		.poll(() => page.evaluate(() => (window as { printed?: string }).printed))
		.toContain('And a second turn');
	await page.emulateMedia({ media: 'print' });
	await expect(page.locator('.print-root .katex')).toBeVisible();
	await expect(
		page.locator('.print-root').getByRole('heading', { name: 'Title', exact: true })
	).toBeVisible();
	await expect(composer(page)).toBeHidden();
	await page.pdf({ path: 'test-results/chat.pdf', preferCSSPageSize: true });
	await page.screenshot({ path: 'test-results/print.png', fullPage: true });
	await page.emulateMedia({ media: 'screen' });
});

test('keys do what can be done', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await begin(page, '[[reply:Words\n\n```js\nlet a = 1\n```]]');
	await page.keyboard.press('Control+Shift+;');
	await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('let a = 1\n');
	await page.keyboard.press('Control+Shift+c');
	await expect
		.poll(() => page.evaluate(() => navigator.clipboard.readText()))
		.toContain('Words\n\n```js');
	await page.getByRole('region', { name: 'Messages' }).focus();
	await page.keyboard.press('Shift+Escape');
	await expect(composer(page)).toBeFocused();
	await page.keyboard.press('Control+Shift+l');
	await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
	await settled(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Stop by key');
	await expect(answers(page).last()).toContainText('w3');
	await page.keyboard.press('Escape');
	await settled(page);
	await page.keyboard.press('Control+Shift+Enter');
	await expect(questions(page)).toHaveCount(3);
	await expect(answers(page)).toHaveCount(3);
});
