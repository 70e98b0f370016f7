import {
	ADMIN,
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

const BUDGET_BYTES = 200 * 1024;

test('a fresh server leads from the first account to the first answer', async ({ page }) => {
	await page.goto('/');
	await page.waitForURL('/auth');
	await expect(page.getByRole('heading', { name: /^Welcome to/ })).toBeVisible();
	await screenshots(page, 'welcome');
	await page.getByLabel('Name').fill(ADMIN.name);
	await page.getByLabel('Email').fill(ADMIN.email);
	await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
	await page.getByRole('button', { name: 'Create account' }).click();

	await expect(page.getByRole('heading', { name: 'Let a model in' })).toBeVisible();
	await screenshots(page, 'first-run');
	await page.getByRole('link', { name: /Connect an API/ }).click();

	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Address').fill(`${UPSTREAM}/v1`);
	await dialog.getByLabel('API key').fill('sk-test-1234567890');
	await dialog.getByRole('button', { name: 'Test connection' }).click();
	await expect(dialog.getByText(/Connected\. \d+ models? found/)).toBeVisible();
	await screenshots(page, 'connection');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog).toBeHidden();
	await expect(page.getByText('Key •••• 7890')).toBeVisible();
	await page.getByRole('link', { name: 'Start a chat' }).click();

	await expect(
		page.getByRole('heading', { name: /^Good (morning|afternoon|evening), Ada$/ })
	).toBeVisible();
	await chooseModel(page, 'fake-small');
	await screenshots(page, 'new-chat');
	await ask(page, 'Hello there');
	await expect(answers(page).last()).toContainText('Echo: Hello there');
	await page.waitForURL(/\/c\/[\w-]+$/);
	await settled(page);

	const list = page.getByRole('navigation', { name: 'Chats' });
	await expect(list.getByRole('link', { name: 'Fake Title' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'First question?' })).toBeVisible();
	await screenshots(page, 'chat');

	await page.reload();
	await expect(answers(page)).toHaveCount(1);
	await expect(answers(page).last()).toContainText('Echo: Hello there');
	await expect(questions(page)).toContainText('Hello there');
	await expect(page.getByRole('button', { name: 'First question?' })).toBeVisible();
	await expect(list.getByRole('link', { name: 'Fake Title' })).toHaveAttribute(
		'aria-current',
		'page'
	);
});

test('the chat page loads little JavaScript', async ({ page }) => {
	await signIn(page);
	await page.waitForLoadState('networkidle');
	// Everything since the cache was empty: what the sign-in page loaded counts too.
	const bytes = await page.evaluate(() =>
		(performance.getEntriesByType('resource') as PerformanceResourceTiming[])
			.filter((entry) => entry.name.endsWith('.js'))
			.reduce((sum, entry) => sum + entry.encodedBodySize, 0)
	);
	console.log(`JavaScript of the chat page: ${(bytes / 1024).toFixed(0)} KiB as sent`);
	expect(bytes).toBeGreaterThan(0);
	expect(bytes).toBeLessThan(BUDGET_BYTES);
});

test('an answer stops on request and keeps what was said', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count');
	await expect(answers(page).last()).toContainText('w10');
	await page.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
	await expect(page.getByRole('button', { name: 'Send' })).toBeVisible();
	const text = await answers(page).last().innerText();
	expect(text).not.toContain('w199');
	await page.reload();
	await expect(answers(page).last()).toContainText('w10');
	await expect(answers(page).last()).not.toContainText('w199');
	await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
});

test('an answer goes on when the page is reloaded in the middle', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count on');
	await page.waitForURL(/\/c\/[\w-]+$/);
	await expect(answers(page).last()).toContainText('w20');
	await page.reload();
	await expect(page.getByRole('button', { name: 'Stop answering' })).toBeVisible();
	await expect(answers(page).last()).toContainText('w199', { timeout: 30_000 });
	await settled(page);
	const words = (await answers(page).last().innerText()).match(/w\d+/g) ?? [];
	expect(words).toEqual(Array.from({ length: 200 }, (_, i) => `w${i}`));
});

test('answering again makes a second version', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'Twice');
	await expect(answers(page).last()).toContainText('Echo: Twice');
	await settled(page);
	await page.getByRole('button', { name: 'Answer again' }).click();
	await page.getByRole('menuitem', { name: 'Try again' }).click();
	await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
	await settled(page);
	await expect(answers(page).last()).toContainText('Echo: Twice');
	await page.getByRole('button', { name: 'Previous version' }).click();
	await expect(page.getByLabel('Version 1 of 2')).toBeVisible();

	await questions(page).hover();
	await questions(page).getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Edit your message').fill('Thrice');
	await page.getByRole('button', { name: 'Ask again' }).click();
	await expect(answers(page).last()).toContainText('Echo: Thrice');
	await settled(page);
	await page.reload();
	await expect(answers(page).last()).toContainText('Echo: Thrice');
});

test('thinking folds away', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-reasoner');
	await ask(page, 'Ponder');
	await expect(answers(page).last()).toContainText('Echo: Ponder');
	await settled(page);
	const fold = answers(page).last().locator('summary');
	await expect(fold).toContainText('Thought for');
	await fold.click();
	await expect(answers(page).last()).toContainText('First I think. Then I answer.');
});

test('Markdown is shown as it is meant, and harmless', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await composer(page).fill(
		'[[reply:## Heading\n\n```python\nprint("hi")\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b id="x">bold</b>]]'
	);
	await composer(page).press('Enter');
	const answer = answers(page).last();
	await expect(answer.getByRole('heading', { name: 'Heading' })).toBeVisible();
	await expect(answer.locator('.hljs-built_in')).toHaveText('print');
	await expect(answer.getByRole('cell', { name: '2' })).toBeVisible();
	await expect(answer.locator('b')).not.toHaveAttribute('id');
	await settled(page);
	await screenshots(page, 'markdown');
});

test('messages and chats can be deleted', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'Delete me');
	await expect(answers(page).last()).toContainText('Echo: Delete me');
	await settled(page);
	await ask(page, 'Keep me');
	await expect(answers(page).last()).toContainText('Echo: Keep me');
	await settled(page);
	await questions(page).first().hover();
	await questions(page).first().getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(questions(page)).toHaveCount(1);
	await page.reload();
	await expect(questions(page)).toHaveCount(1);
	await expect(questions(page)).toContainText('Keep me');

	const list = page.getByRole('navigation', { name: 'Chats' });
	const row = list.locator('li', { has: page.locator('[aria-current=page]') });
	await row.getByRole('button', { name: /^Options for/ }).click();
	await page.getByRole('menuitem', { name: 'Rename' }).click();
	await page.getByLabel('Name of the chat').fill('Renamed chat');
	await page.keyboard.press('Enter');
	await expect(list.getByRole('link', { name: 'Renamed chat' })).toBeVisible();
	await page.reload();
	await list.getByRole('button', { name: 'Options for Renamed chat' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await page.waitForURL('/');
	await expect(list.getByRole('link', { name: 'Renamed chat' })).toHaveCount(0);
});

test('the drawer of a small screen opens and closes', async ({ page }) => {
	await signIn(page);
	await page.setViewportSize({ width: 390, height: 844 });
	await page.getByRole('button', { name: 'Open sidebar' }).click();
	await expect(page.getByRole('navigation', { name: 'Chats' })).toBeVisible();
	await page.screenshot({ path: 'test-results/drawer-390.png' });
	await page.keyboard.press('Escape');
	await expect(page.getByRole('navigation', { name: 'Chats' })).toBeHidden();
});

test('the page speaks Chinese', async ({ page }) => {
	await signIn(page);
	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: /Language/ }).click();
	await page.getByRole('menuitemradio', { name: '简体中文' }).click();
	await expect(page.getByRole('heading', { name: /^(早上|下午|晚上)好，Ada$/ })).toBeVisible();
	await page.keyboard.press('Escape');
	await page.reload();
	await expect(page.getByPlaceholder('想问什么就问什么')).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
	// What the server suggests is said in Chinese too, and goes along with what is written.
	const suggestion = page.getByRole('list', { name: '建议' }).getByRole('button');
	await expect(suggestion).toHaveCount(4);
	await expect(suggestion.first()).toContainText('计划一个周末');
	await composer(page).fill('脚本');
	await expect(suggestion).toHaveCount(1);
	await expect(suggestion).toContainText('写一个脚本');
	await ask(page, '你好');
	await expect(answers(page).last()).toContainText('Echo: 你好');
	await settled(page);
	await screenshots(page, 'chinese');
});

test('signing out leads to the front door', async ({ page }) => {
	await signIn(page);
	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await page.waitForURL('/auth');
	await page.goto('/c/none');
	await page.waitForURL('/auth?redirect=%2Fc%2Fnone');
});
