import {
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
import type { WebSocketRoute } from '@playwright/test';

const ALL = Array.from({ length: 200 }, (_, i) => `w${i}`);
const words = (text: string) => text.match(/w\d+/g) ?? [];

test('a lost connection costs no letter', async ({ page }) => {
	const open: WebSocketRoute[] = [];
	await page.routeWebSocket(/socket\.io/, (socket) => {
		open.push(socket);
		socket.connectToServer();
	});
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count through the gap');
	await expect(answers(page).last()).toContainText('w30');
	await open.at(-1)!.close();
	await expect(answers(page).last()).toContainText('w80', { timeout: 20_000 });
	const seen = words(await answers(page).last().innerText());
	expect(seen).toEqual(ALL.slice(0, seen.length));
	await open.at(-1)!.close();
	await settled(page);
	expect(words(await answers(page).last().innerText())).toEqual(ALL);
	expect(open.length).toBeGreaterThan(2);
});

test('another tab follows an answer, and both end with the same chat', async ({
	page,
	context
}) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'Seen by two');
	await settled(page);
	await page.waitForURL(/\/c\//);
	const other = await context.newPage();
	await other.goto(page.url());
	await expect(answers(other)).toHaveCount(1);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count for both');
	await expect(answers(other).last()).toContainText('w20');
	await expect(other.getByRole('button', { name: 'Stop answering' })).toBeVisible();
	const seen = words(await answers(other).last().innerText());
	expect(seen).toEqual(ALL.slice(0, seen.length));
	// Either tab may stop it.
	await other.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
	await settled(other);
	await expect
		.poll(async () => words(await answers(page).last().innerText()).length)
		.toBe(words(await answers(other).last().innerText()).length);
	await other.reload();
	await expect(questions(other)).toHaveCount(2);
	await other.close();
});

test('a chat can be left and come back to while it is answered', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count while I am away');
	await expect(answers(page).last()).toContainText('w10');
	const url = page.url();
	await page.getByRole('link', { name: 'New chat' }).first().click();
	await expect(answers(page)).toHaveCount(0);
	await page.waitForTimeout(1500);
	await page.goBack();
	await expect(page).toHaveURL(url);
	await expect(answers(page).last()).toContainText('w199', { timeout: 30_000 });
	await settled(page);
	expect(words(await answers(page).last().innerText())).toEqual(ALL);
});

test('a passage can be quoted or explained', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'A passage to select');
	await settled(page);
	await composer(page).fill('Mine');
	await answers(page).locator('[data-answer] p').selectText();
	const bar = page.getByRole('toolbar', { name: 'Selected passage' });
	await expect(bar).toBeVisible();
	await screenshots(page, 'selection');
	await answers(page).locator('[data-answer] p').selectText();
	await bar.getByRole('button', { name: 'Quote' }).click();
	await expect(composer(page)).toHaveValue('Mine\n\n> Echo: A passage to select\n\n');
	await expect(bar).toHaveCount(0);
	await composer(page).fill('');
	await answers(page).locator('[data-answer] p').selectText();
	await bar.getByRole('button', { name: 'Explain' }).click();
	await expect(questions(page).last()).toContainText('Please explain this.');
	await settled(page);
});

test('words that may come next are offered where administrators allow it', async ({ page }) => {
	await signIn(page);
	const token = await page.evaluate(() => localStorage.getItem('token'));
	const auth = { headers: { Authorization: `Bearer ${token}` } };
	const before = await (await page.request.get('/api/v1/tasks/config', auth)).json();
	const set = (on: boolean) =>
		page.request.post('/api/v1/tasks/config/update', {
			...auth,
			data: { ...before, ENABLE_AUTOCOMPLETE_GENERATION: on }
		});
	await set(true);
	try {
		await page.reload();
		await chooseModel(page, 'fake-small');
		await composer(page).pressSequentially('We walk along');
		await expect(page.getByText('Tab adds: fake completion')).toBeAttached();
		await screenshots(page, 'ghost');
		await composer(page).focus();
		await composer(page).press('End');
		await composer(page).pressSequentially(' the');
		await expect(page.getByText('Tab adds: fake completion')).toBeAttached();
		await page.keyboard.press('Tab');
		await expect(composer(page)).toHaveValue('We walk along the fake completion');
		await composer(page).fill('');
	} finally {
		await set(before.ENABLE_AUTOCOMPLETE_GENERATION);
	}
});
