import type { Locator, Page } from '@playwright/test';
import { api, expect, list, makeChats, screenshots, signIn, test } from './support';

/** Chats and folders of earlier tests would stand in the way. */
test.beforeEach(async ({ page }) => {
	await signIn(page);
	await clear(page);
});

async function clear(page: Page) {
	const folders = await api<{ id: string; parent_id: string | null }[]>(page, 'GET', '/folders/');
	for (const { id } of folders.filter((f) => !f.parent_id))
		await api(page, 'DELETE', `/folders/${id}?delete_contents=true`);
	await api(page, 'DELETE', '/chats/');
}

const row = (page: Page, title: string): Locator => list(page).getByRole('link', { name: title });

async function choose(page: Page, title: string, ...items: string[]) {
	await row(page, title).first().hover();
	await list(page)
		.getByRole('button', { name: `Options for ${title}`, exact: true })
		.first()
		.click();
	for (const name of items) {
		const item = page.getByRole('menuitem', { name, exact: true });
		await item.click();
	}
}

async function drag(page: Page, from: Locator, to: Locator) {
	await from.hover();
	await page.mouse.down();
	const box = (await to.boundingBox())!;
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 8 });
	await page.mouse.up();
}

test('chats are pinned, renamed, duplicated, archived and taken back', async ({ page }) => {
	await makeChats(page, ['Bees', 'Bread']);
	await page.reload();
	await choose(page, 'Bees', 'Pin');
	const pinned = list(page).locator('section', {
		has: page.getByRole('button', { name: 'Pinned' })
	});
	await expect(pinned.getByRole('link', { name: 'Bees' })).toBeVisible();

	await row(page, 'Bread').dblclick();
	await page.getByLabel('Name of the chat').fill('Sourdough');
	// Leaving the field saves, too.
	await page.getByPlaceholder('Ask anything').click();
	await page.reload();
	await expect(row(page, 'Sourdough')).toBeVisible();

	await choose(page, 'Sourdough', 'Duplicate');
	await page.waitForURL(/\/c\//);
	await expect(row(page, 'Sourdough (copy)')).toHaveAttribute('aria-current', 'page');

	await choose(page, 'Sourdough (copy)', 'Archive');
	await page.waitForURL('/');
	await expect(row(page, 'Sourdough (copy)')).toHaveCount(0);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(row(page, 'Sourdough (copy)')).toBeVisible();

	await choose(page, 'Sourdough (copy)', 'Archive');
	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Archived chats' }).click();
	const dialog = page.getByRole('dialog', { name: 'Archived chats' });
	await dialog.getByLabel('Search chats').fill('sour');
	await dialog.getByRole('button', { name: /^Take Sourdough \(copy\) out/ }).click();
	await expect(dialog.getByText('Nothing found.')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(row(page, 'Sourdough (copy)')).toBeVisible();
});

test('pinned chats are put in order, by dragging and from the menu', async ({ page }) => {
	const ids = await makeChats(page, ['Ants', 'Bees', 'Crabs', 'Ducks']);
	for (const id of ids.slice(0, 3)) await api(page, 'POST', `/chats/${id}/pin`);
	await page.reload();
	const pinned = list(page).locator('section', {
		has: page.getByRole('button', { name: 'Pinned' })
	});
	const order = () => pinned.getByRole('link').allInnerTexts();
	await expect.poll(order).toEqual(['Crabs', 'Bees', 'Ants']);
	await drag(page, row(page, 'Ants'), row(page, 'Crabs'));
	await expect.poll(order).toEqual(['Ants', 'Crabs', 'Bees']);
	await choose(page, 'Ants', 'Move Ants down');
	await expect.poll(order).toEqual(['Crabs', 'Ants', 'Bees']);
	// One that was not pinned yet is pinned where it is dropped.
	await drag(page, row(page, 'Ducks'), row(page, 'Bees'));
	await expect.poll(order).toEqual(['Crabs', 'Ants', 'Ducks', 'Bees']);
	await page.reload();
	await expect.poll(order).toEqual(['Crabs', 'Ants', 'Ducks', 'Bees']);
});

test('folders are made, nested, filled by dragging, and deleted', async ({ page }) => {
	await makeChats(page, ['Bees', 'Bread']);
	await page.reload();
	await page.getByRole('button', { name: 'New folder' }).click();
	await page.getByLabel('Name of the folder').fill('Kitchen');
	await page.keyboard.press('Enter');
	await expect(list(page).getByRole('link', { name: 'Kitchen' })).toBeVisible();
	await page.getByRole('button', { name: 'New folder' }).click();
	await page.getByLabel('Name of the folder').fill('House');
	await page.keyboard.press('Enter');

	const house = list(page).getByRole('link', { name: 'House' });
	const kitchen = list(page).getByRole('link', { name: 'Kitchen' });
	await drag(page, kitchen, house);
	await expect(page.getByRole('button', { name: 'Contents of House' })).toHaveAttribute(
		'aria-expanded',
		'true'
	);
	await drag(page, row(page, 'Bread'), kitchen);
	await page.getByRole('button', { name: 'Contents of Kitchen' }).click();
	const inside = list(page)
		.locator('li', { has: page.getByRole('link', { name: 'Kitchen' }) })
		.last();
	await expect(inside.getByRole('link', { name: 'Bread' })).toBeVisible();
	await screenshots(page, 'sidebar');

	await page.reload();
	await expect(inside.getByRole('link', { name: 'Bread' })).toBeVisible();
	await kitchen.click();
	await expect(page.getByRole('heading', { name: 'Kitchen' })).toBeVisible();
	await page.getByRole('button', { name: 'Folder settings' }).click();
	await page.getByLabel('Instructions').fill('Answer like a cook.');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Answer like a cook.')).toBeVisible();
	await screenshots(page, 'folder');

	await page.getByRole('button', { name: 'Options for the folder House' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(kitchen).toHaveCount(0);
	await expect(row(page, 'Bread')).toBeVisible();
});

test('a new chat in a folder is kept there', async ({ page }) => {
	const { id } = await api<{ id: string }>(page, 'POST', '/folders/', { name: 'Garden' });
	await page.goto(`/folders/${id}`);
	await page.getByRole('main').getByRole('link', { name: 'New chat' }).click();
	await page.locator('form textarea').fill('Roses');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/c\//);
	const chat = page.url().split('/').at(-1);
	await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
	const record = await api<{ folder_id: string }>(page, 'GET', `/chats/${chat}`);
	expect(record.folder_id).toBe(id);
});

test('several chats are chosen and changed at once', async ({ page }) => {
	await makeChats(page, ['One', 'Two', 'Three', 'Four']);
	await api(page, 'POST', '/folders/', { name: 'Numbers' });
	await page.reload();
	await choose(page, 'Four', 'Select');
	await row(page, 'Two').click({ modifiers: ['Shift'] });
	await expect(page.getByText('3 selected')).toBeVisible();
	await row(page, 'Three').click();
	await expect(page.getByText('2 selected')).toBeVisible();
	await page.screenshot({ path: 'test-results/sidebar-selection.png' });
	await page.getByRole('toolbar').getByRole('button', { name: 'Move to' }).click();
	await page.getByRole('menuitem', { name: 'Numbers' }).click();
	await expect(row(page, 'Two')).toHaveCount(0);
	await expect(row(page, 'Three')).toBeVisible();

	await choose(page, 'Three', 'Select');
	await row(page, 'One').click();
	await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(row(page, 'One')).toHaveCount(0);
	await expect(page.getByRole('toolbar')).toHaveCount(0);
});

test('tags, sharing, download and import', async ({ page }) => {
	await makeChats(page, ['Bees']);
	await page.reload();
	await choose(page, 'Bees', 'Tags');
	await page.getByLabel('Tags of this chat').fill('nature');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Remove nature' })).toBeVisible();
	await page.getByRole('button', { name: 'Done' }).click();

	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await choose(page, 'Bees', 'Share');
	await page.getByRole('dialog').getByRole('button', { name: 'Share' }).click();
	const link = page.getByRole('dialog').getByRole('link', { name: /\/s\// });
	await expect(link).toBeVisible();
	await page.getByRole('button', { name: 'Stop sharing' }).click();
	await expect(link).toHaveCount(0);
	await page.keyboard.press('Escape');

	const saved = page.waitForEvent('download');
	await choose(page, 'Bees', 'Download', 'JSON (can be imported)');
	const path = await (await saved).path();
	const text = await (await import('node:fs/promises')).readFile(path, 'utf8');
	expect(JSON.parse(text)[0].meta.tags).toEqual(['nature']);

	await list(page).evaluate((node, content) => {
		const data = new DataTransfer();
		data.items.add(new File([content], 'export.json', { type: 'application/json' }));
		for (const type of ['dragenter', 'dragover', 'drop'])
			node.dispatchEvent(
				new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })
			);
	}, text);
	await expect(page.getByText('1 chat imported.')).toBeVisible();
	await expect(row(page, 'Bees')).toHaveCount(2);
});

test('the sidebar folds to a rail, and its width is remembered', async ({ page }) => {
	const edge = page.getByRole('separator', { name: 'Width of the sidebar' });
	await edge.focus();
	await page.keyboard.press('ArrowRight');
	await expect(edge).toHaveAttribute('aria-valuenow', '288');
	await page.reload();
	await expect(edge).toHaveAttribute('aria-valuenow', '288');
	await edge.dblclick();
	await expect(edge).toHaveAttribute('aria-valuenow', '272');
	await page.getByRole('button', { name: 'Close sidebar' }).click();
	await page.reload();
	await expect(list(page)).toHaveCount(0);
	await page.screenshot({ path: 'test-results/rail.png' });
	await page.getByRole('button', { name: 'Open sidebar' }).click();
	await expect(list(page)).toBeVisible();
});

test('swipes open and close the drawer', async ({ browser }) => {
	const context = await browser.newContext({
		viewport: { width: 390, height: 844 },
		hasTouch: true
	});
	const page = await context.newPage();
	await signIn(page);
	const swipe = (selector: string, from: number, to: number) =>
		page.locator(selector).evaluate(
			(node, [from, to]) => {
				const touch = (x: number) =>
					new Touch({ identifier: 1, target: node, clientX: x!, clientY: 300 });
				const send = (type: string, x: number) => {
					const point = touch(x);
					const touches = type === 'touchend' ? [] : [point];
					node.dispatchEvent(
						new TouchEvent(type, { touches, changedTouches: [point], bubbles: true })
					);
				};
				send('touchstart', from!);
				send('touchmove', (from! + to!) / 2);
				send('touchmove', to!);
				send('touchend', to!);
			},
			[from, to]
		);
	await swipe('main', 20, 200);
	await expect(list(page)).toBeVisible();
	await swipe('aside', 250, 100);
	await expect(list(page)).toHaveCount(0);
	await context.close();
});
