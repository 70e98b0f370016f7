import { expect, signIn, test } from './support';

test('the page can be installed and says when the server is away', async ({ page, context }) => {
	await signIn(page);
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
	const kept = await page.evaluate(async () => {
		const lists = await Promise.all(
			(await caches.keys()).map(async (name) => (await caches.open(name)).keys())
		);
		return lists.flat().map((request) => new URL(request.url).pathname);
	});
	expect(kept.sort()).toEqual(['/favicon.svg', '/offline.css', '/offline.html']);
	const manifest = await page.request.get('/manifest.json');
	expect(((await manifest.json()) as { icons: unknown[] }).icons.length).toBeGreaterThan(0);
	await context.setOffline(true);
	const other = await context.newPage();
	await other.goto('/');
	await expect(other.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
	await context.setOffline(false);
});
