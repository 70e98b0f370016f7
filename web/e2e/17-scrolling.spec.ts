import { answers, ask, chooseModel, expect, settled, signIn, test } from './support';
import type { Page } from '@playwright/test';

const list = (page: Page) => page.getByRole('region', { name: 'Messages' });
const fromEnd = (page: Page) =>
	list(page).evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);

async function makeChat(page: Page, turns: number): Promise<string> {
	const token = await page.evaluate(() => localStorage.getItem('token'));
	const messages: Record<string, object> = {};
	for (let n = 0; n < 2 * turns; n++) {
		const question = n % 2 === 0;
		// Texts of very different length: estimates are always wrong.
		const text = `Passage ${n}. ` + 'Some words to fill a line or two. '.repeat((n * 7) % 31);
		const code = n % 5 === 1 ? `\n\n\`\`\`js\n${'let a = 1;\n'.repeat(n % 23)}\`\`\`` : '';
		messages[`m${n}`] = {
			id: `m${n}`,
			parentId: n ? `m${n - 1}` : null,
			childrenIds: n < 2 * turns - 1 ? [`m${n + 1}`] : [],
			role: question ? 'user' : 'assistant',
			content: question ? `Question ${n}` : text + code,
			timestamp: 1_700_000_000 + n,
			...(question ? { models: ['fake-small'] } : { model: 'fake-small', done: true })
		};
	}
	const history = { currentId: `m${2 * turns - 1}`, messages };
	const created = await page.request.post('/api/v1/chats/new', {
		headers: { Authorization: `Bearer ${token}` },
		data: { chat: { title: 'Long', models: ['fake-small'], history } }
	});
	return (await created.json()).id;
}

test('the list stays at the end of a growing answer, and lets a reader go', async ({ page }) => {
	await page.setViewportSize({ width: 1000, height: 500 });
	await signIn(page);
	await page.goto(`/c/${await makeChat(page, 8)}`);
	await expect(answers(page).last()).toContainText('Passage 15');
	await expect.poll(() => fromEnd(page)).toBeLessThan(2);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count');
	await expect(answers(page).last()).toContainText('w40');
	expect(await fromEnd(page)).toBeLessThan(2);

	// The reader goes up: what is read stays where it is.
	await list(page).hover();
	await page.mouse.wheel(0, -400);
	await expect(page.getByRole('button', { name: 'Go to the end' })).toBeVisible();
	await page.waitForTimeout(300);
	const place = () =>
		answers(page)
			.nth(-2)
			.evaluate((e) => e.getBoundingClientRect().bottom);
	const before = await place();
	await expect(answers(page).last()).toContainText('w120');
	expect(Math.abs((await place()) - before)).toBeLessThan(2);
	await page.getByRole('button', { name: 'Go to the end' }).click();
	await expect(page.getByRole('button', { name: 'Go to the end' })).toHaveCount(0);
	await settled(page);
	await expect.poll(() => fromEnd(page)).toBeLessThan(2);
});

for (const anchoring of [true, false]) {
	const where = anchoring ? '' : ', also where the browser does not anchor';
	test(`nothing jumps while one scrolls through a long chat${where}`, async ({ page }) => {
		if (!anchoring)
			await page.addInitScript(() => {
				const supports = CSS.supports.bind(CSS) as (...args: string[]) => boolean;
				CSS.supports = (...args: string[]) => args[0] !== 'overflow-anchor' && supports(...args);
				document.addEventListener('DOMContentLoaded', () => {
					const sheet = new CSSStyleSheet();
					sheet.replaceSync('* { overflow-anchor: none }');
					document.adoptedStyleSheets.push(sheet);
				});
			});
		await signIn(page);
		await page.goto(`/c/${await makeChat(page, 150)}`);
		await expect(answers(page).last()).toContainText('Passage 299');
		await page.waitForTimeout(500);
		const jumps = await list(page).evaluate(async (box) => {
			const frame = () => new Promise(requestAnimationFrame);
			const found: string[] = [];
			for (let n = 0; n < 300; n++) {
				// A message in the middle of the screen moves with the wheel, by as much.
				const middle = box.getBoundingClientRect().top + box.clientHeight / 2;
				const seen = [...box.querySelectorAll('[data-message]')].find(
					(e) => e.getBoundingClientRect().bottom > middle
				)!;
				const top = seen.getBoundingClientRect().top;
				box.scrollTop -= 60;
				await frame();
				await frame();
				const off = () => Math.abs(seen.getBoundingClientRect().top - top - 60) > 3;
				// What changed since the frame was drawn is put right before the next one is.
				for (let more = 0; more < 2 && off(); more++) await frame();
				if (off() && box.scrollTop > 0) found.push(`${n}`);
			}
			return found;
		});
		expect(jumps).toEqual([]);
		expect(await page.locator('[data-message]').count()).toBeLessThan(60);
	});
}

test('a message far away is gone to, and stays', async ({ page }) => {
	await signIn(page);
	await page.goto(`/c/${await makeChat(page, 150)}`);
	await expect(answers(page).last()).toContainText('Passage 299');
	await page.getByRole('button', { name: 'Chat menu' }).click();
	await page.getByRole('menuitem', { name: 'Overview' }).click();
	const tree = page.getByRole('tree', { name: 'Overview' });
	await tree.locator('..').evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
	await tree.getByRole('treeitem', { name: /Passage 151/ }).click();
	const target = page.locator('[data-message=m151]');
	await expect(target).toBeInViewport();
	await page.waitForTimeout(1500);
	const [box, row] = [await list(page).boundingBox(), await target.boundingBox()];
	expect(Math.abs(row!.y - box!.y)).toBeLessThan(40);
});

test('a short chat is in the page as a whole, so that the browser finds everything', async ({
	page
}) => {
	await signIn(page);
	await page.goto(`/c/${await makeChat(page, 15)}`);
	await expect(page.locator('[data-message]')).toHaveCount(30);
});
