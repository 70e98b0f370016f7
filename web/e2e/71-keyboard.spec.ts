/** The main way through the application with the keyboard alone, on a desk and on a phone. */
import type { Locator, Page } from '@playwright/test';
import {
	ADMIN,
	answers,
	api,
	composer,
	expect,
	list,
	makeChats,
	settled,
	signIn,
	test
} from './support';

const NARROW = { width: 390, height: 844 };
const MOST_STOPS = 80;

const focused = (page: Page): Locator => page.locator(':focus');

/** Goes on with Tab until it is there. Nothing on the way may hold the focus fast. */
async function tabTo(page: Page, target: Locator, key = 'Tab') {
	for (let stops = 0; stops < MOST_STOPS; stops++) {
		if (await target.evaluate((node) => node === document.activeElement).catch(() => false)) return;
		await page.keyboard.press(key);
	}
	throw new Error(`not reached with ${key}: ${target}`);
}

/** Whether one can see where the focus is: a ring, or the frame of a field that changes. */
async function seesFocus(page: Page) {
	const look = await focused(page).evaluate((node) => {
		// A field without a frame of its own stands in one that shows it.
		const seen: string[] = [];
		for (let e: Element | null = node; e && seen.length < 4; e = e.parentElement) {
			const { outlineStyle, outlineWidth, boxShadow, borderTopColor } = getComputedStyle(e);
			seen.push(`${outlineStyle} ${outlineWidth} ${boxShadow} ${borderTopColor}`);
		}
		return seen;
	});
	const ring = look[0]!.startsWith('solid') || look[0]!.startsWith('auto');
	if (ring) return;
	await focused(page).evaluate((node) => ((window as { was?: Element }).was = node));
	const unfocused = await page.evaluate(() => {
		const node = (window as { was?: HTMLElement }).was!;
		node.blur();
		const seen: string[] = [];
		for (let e: Element | null = node; e && seen.length < 4; e = e.parentElement) {
			const { outlineStyle, outlineWidth, boxShadow, borderTopColor } = getComputedStyle(e);
			seen.push(`${outlineStyle} ${outlineWidth} ${boxShadow} ${borderTopColor}`);
		}
		node.focus();
		return seen;
	});
	expect(unfocused, 'the focus can be seen').not.toEqual(look);
}

test.beforeEach(async ({ page }) => {
	// A hundred key presses, each waited for.
	test.setTimeout(180_000);
	await page.emulateMedia({ reducedMotion: 'reduce' });
});

test('one signs in', async ({ page }) => {
	await page.goto('/auth');
	await tabTo(page, page.getByLabel('Email'));
	await seesFocus(page);
	await page.keyboard.type(ADMIN.email);
	await page.keyboard.press('Tab');
	await expect(page.getByLabel('Password')).toBeFocused();
	await page.keyboard.type(ADMIN.password);
	await page.keyboard.press('Enter');
	await page.waitForURL('/');
	await expect(composer(page)).toBeFocused();
	await seesFocus(page);
});

/** A menu takes keys when it has the focus, a moment after it has opened. */
async function toLastEntry(page: Page) {
	await expect(page.getByRole('menuitem').first()).toBeFocused();
	await page.keyboard.press('End');
}

test('one chooses a model, asks, stops, renames and deletes', async ({ page }) => {
	await signIn(page);
	// What a first try has left would have the same name.
	if (test.info().retry) {
		await api(page, 'DELETE', '/chats/');
		await page.reload();
	}
	await expect(composer(page)).toBeFocused();
	const model = page.getByRole('button', { name: /^Model: / });
	await tabTo(page, model);
	await seesFocus(page);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('combobox', { name: 'Search models' })).toBeFocused();
	await page.keyboard.type('fake-slow');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Model: fake-slow' })).toBeVisible();
	await expect(composer(page)).toBeFocused();

	await page.keyboard.type('Count by keys');
	await page.keyboard.press('Enter');
	await expect(answers(page).last()).toContainText('w3');
	const stop = page.getByRole('button', { name: 'Stop answering' });
	await tabTo(page, stop);
	await page.keyboard.press('Enter');
	await settled(page);
	// The button is gone; the focus is not lost with it.
	await expect(focused(page)).toHaveCount(1);
	await page.waitForURL(/\/c\/[\w-]+$/);

	const menu = page.getByRole('button', { name: 'Chat menu' });
	await tabTo(page, menu, 'Shift+Tab');
	await seesFocus(page);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('menu')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(menu).toBeFocused();
	await page.keyboard.press('Enter');
	await page.keyboard.type('Rename');
	await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Name of the chat')).toBeFocused();
	await page.keyboard.type('Named by keys');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'Named by keys' })).toBeVisible();

	const options = list(page).getByRole('button', { name: 'Options for Named by keys' });
	await tabTo(page, options, 'Shift+Tab');
	await page.keyboard.press('Enter');
	await toLastEntry(page);
	await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeFocused();
	await page.keyboard.press('Enter');
	const question = page.getByRole('alertdialog');
	await expect(question).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(question).toHaveCount(0);
	await expect(options).toBeFocused();
	await page.keyboard.press('Enter');
	await toLastEntry(page);
	await page.keyboard.press('Enter');
	await tabTo(page, question.getByRole('button', { name: 'Delete' }));
	await page.keyboard.press('Enter');
	await page.waitForURL('/');
	await expect(list(page).getByRole('link', { name: 'Named by keys' })).toHaveCount(0);
});

test('dialogs hold the focus while they are open, and give it back', async ({ page }) => {
	await signIn(page);
	const account = page.getByRole('button', { name: /Ada Lovelace/ });
	await tabTo(page, account, 'Shift+Tab');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('menu')).toBeVisible();
	await page.keyboard.type('Settings');
	await expect(page.getByRole('menuitem', { name: 'Settings' })).toBeFocused();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	await expect(dialog).toBeVisible();
	for (let stops = 0; stops < 30; stops++) {
		await page.keyboard.press('Tab');
		await expect(dialog.locator(':focus'), `stop ${stops}`).toHaveCount(1);
	}
	await page.keyboard.press('Escape');
	await expect(dialog).toHaveCount(0);
	await expect(account).toBeFocused();

	const controls = page.getByRole('button', { name: 'Chat controls' });
	await tabTo(page, controls);
	for (const [keys, name] of [
		['Control+k', 'Search'],
		['Control+/', 'Keyboard shortcuts']
	] as const) {
		await page.keyboard.press(keys);
		await expect(page.getByRole('dialog'), name).toBeVisible();
		await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toHaveCount(0);
		await expect(controls, name).toBeFocused();
	}
});

test('the first stop leads past the sidebar', async ({ page }) => {
	await signIn(page);
	await makeChats(page, ['One', 'Two']);
	await page.goto('/notes');
	await expect(page.getByRole('heading', { name: 'Notes', level: 1 })).toBeVisible();
	const skip = page.getByRole('link', { name: 'Skip to the content' });
	await page.keyboard.press('Tab');
	await expect(skip).toBeFocused();
	await expect(skip).toBeInViewport();
	await seesFocus(page);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('main')).toBeFocused();
	await expect(page).toHaveURL('/notes');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('main').locator(':focus')).toHaveCount(1);
	await api(page, 'DELETE', '/chats/');
});

test('nothing holds the focus fast: one comes round a page', async ({ page }) => {
	await signIn(page);
	for (const path of ['/', '/notes', '/admin/settings/general']) {
		await page.goto(path);
		await page.waitForLoadState('networkidle');
		// Once round: the skip link is the first stop, so it comes again when there is no trap.
		const skip = page.getByRole('link', { name: 'Skip to the content' });
		await skip.focus();
		await page.keyboard.press('Tab');
		let came = false;
		for (let stops = 0; stops < 300 && !came; stops++) {
			await page.keyboard.press('Tab');
			came = await skip.evaluate((node) => node === document.activeElement);
		}
		expect(came, `round ${path}`).toBe(true);
	}
});

test('on a phone the sidebar is a sheet that takes the focus and gives it back', async ({
	page
}) => {
	await signIn(page);
	await makeChats(page, ['One']);
	await page.setViewportSize(NARROW);
	await page.goto('/');
	const opener = page.getByRole('button', { name: 'Open sidebar' });
	await tabTo(page, opener, 'Shift+Tab');
	await page.keyboard.press('Enter');
	const sheet = page.getByRole('complementary', { name: 'Sidebar' });
	await expect(sheet.locator(':focus')).toHaveCount(1);
	for (let stops = 0; stops < 25; stops++) {
		await page.keyboard.press('Tab');
		await expect(page.getByRole('main').locator(':focus'), `stop ${stops}`).toHaveCount(0);
	}
	await page.keyboard.press('Escape');
	await expect(sheet).toHaveCount(0);
	await expect(opener).toBeFocused();

	await page.keyboard.press('Enter');
	await tabTo(page, sheet.getByRole('link', { name: 'One' }));
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/c\/[\w-]+$/);
	await expect(sheet).toHaveCount(0);
	await api(page, 'DELETE', '/chats/');
});
