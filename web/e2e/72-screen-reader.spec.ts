/** What somebody hears who does not see the page: news, titles, headings and landmarks. */
import type { Page } from '@playwright/test';
import { answers, ask, chooseModel, expect, makeChats, settled, signIn, test } from './support';

interface Heard {
	text: string;
	assertive: boolean;
}

/** Writes down what live regions say, as a screen reader would: text that changes in a region that was there. */
async function listen(page: Page) {
	await page.evaluate(() => {
		const heard: Heard[] = [];
		(window as unknown as { heard: Heard[] }).heard = heard;
		const region = (node: Node): Element | null => {
			const element = node instanceof Element ? node : node.parentElement;
			return element?.closest('[aria-live], [role=status], [role=alert], [role=log]') ?? null;
		};
		new MutationObserver((changes) => {
			const spoken = new Set<Element>();
			for (const { target, addedNodes } of changes) {
				const own = region(target);
				if (own) spoken.add(own);
				// An alert is heard also when it comes along with its words.
				for (const node of addedNodes)
					if (node instanceof Element)
						for (const alert of [node, ...node.querySelectorAll('[role=alert]')])
							if (alert.matches('[role=alert]')) spoken.add(alert);
			}
			for (const element of spoken) {
				const live = element.getAttribute('aria-live') ?? '';
				const text = (element as HTMLElement).innerText.trim();
				const assertive = live === 'assertive' || element.getAttribute('role') === 'alert';
				if (text && live !== 'off') heard.push({ text, assertive });
			}
		}).observe(document.body, { childList: true, characterData: true, subtree: true });
	});
}

const heard = (page: Page): Promise<Heard[]> =>
	page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);
/** What the router says where one is. */
const TITLE = /(^|· )Transom$/;
const texts = async (page: Page) =>
	(await heard(page)).map(({ text }) => text).filter((text) => !TITLE.test(text));

test('an answer is heard twice: that it is coming, and what it says', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-reasoner');
	await listen(page);
	await ask(page, 'Say it once');
	await settled(page);
	await expect.poll(() => texts(page)).toContain('Echo: Say it once');
	const all = await texts(page);
	expect(all.filter((text) => text === 'fake-reasoner is answering').length).toBe(1);
	expect(all.filter((text) => text.startsWith('Echo:')).length).toBe(1);
	expect(all.filter((text) => text.includes('First I think'))).toEqual([]);
	// The router says where one is now; nothing else breaks in.
	const urgent = (await heard(page)).filter(({ assertive }) => assertive);
	expect(urgent.filter(({ text }) => !TITLE.test(text))).toEqual([]);
});

test('a long answer is not heard word by word', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await listen(page);
	await ask(page, 'Count');
	await expect(answers(page).last()).toContainText('w12');
	expect(await texts(page)).toEqual(['fake-slow is answering']);
	await page.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
	await expect.poll(async () => (await texts(page)).length).toBe(2);
	expect((await texts(page))[1]).toMatch(/^w0 w1 /);
});

test('failures are heard at once, notices when there is a pause', async ({ page, problems }) => {
	await signIn(page);
	await chooseModel(page, 'fake-err500');
	await listen(page);
	await ask(page, 'Fail');
	await expect(answers(page).last().getByRole('alert')).toBeVisible();
	await settled(page);
	const failure = (await heard(page)).filter(({ assertive }) => assertive);
	expect(failure.length).toBeGreaterThan(0);

	await page.getByRole('button', { name: 'Chat menu' }).click();
	await page.getByRole('menuitem', { name: 'Archive' }).click();
	await expect(page.getByRole('status').filter({ hasText: 'is archived' })).toBeVisible();
	const notice = (await heard(page)).find(({ text }) => text.includes('is archived'));
	expect(notice?.assertive).toBe(false);
	problems.length = 0;
});

test('every page says where one is, and the focus is where reading begins', async ({ page }) => {
	await signIn(page);
	const [id] = await makeChats(page, ['Bees']);
	await page.goto('/');
	await expect(page).toHaveTitle('Transom');
	const go = async (name: string, title: RegExp) => {
		await page.getByRole('complementary').getByRole('link', { name }).first().click();
		await expect(page).toHaveTitle(title);
		await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
	};
	await go('Notes', /^Notes · /);
	// Reading begins at the top of the page: the next stop is the way past the sidebar.
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
	await go('Workspace', /^Models · /);
	await go('Bees', /^Bees · /);
	await expect(page).toHaveURL(new RegExp(`/c/${id}$`));
	for (const [path, title] of [
		['/admin/users/overview', /^Users · /],
		['/admin/settings/general', /^General · /],
		['/playground', /^Playground · |^Conversation · /]
	] as const) {
		await page.goto(path);
		await expect(page).toHaveTitle(title);
	}
});

test('headings and landmarks make an outline', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, '[[reply:# Bees\n\nBuzz.\n\n## Hives\n\nWax.]]');
	await settled(page);
	await page.waitForURL(/\/c\/[\w-]+$/);
	await expect(page.getByRole('main')).toHaveCount(1);
	await expect(page.getByRole('complementary', { name: 'Sidebar' })).toHaveCount(1);
	await expect(page.getByRole('navigation', { name: 'Chats' })).toHaveCount(1);
	await expect(page.getByRole('main').getByRole('banner')).toHaveCount(0);
	// The chat is the page; each message is a part of it, and what a model calls its title is below that.
	await expect(page.locator('h1:not([aria-level])')).toHaveCount(1);
	const main = page.getByRole('main');
	await expect(main.locator('h2:not([aria-level])')).toHaveText(['Your message', 'Answer']);
	await expect(main.locator('[aria-level="3"]')).toHaveText(['Bees']);
	await expect(main.locator('[aria-level="4"]')).toHaveText(['Hives']);
});
