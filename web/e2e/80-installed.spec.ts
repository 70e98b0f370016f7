import { expect, signIn, test } from './support';

test.use({ serviceWorkers: 'allow' });

test('the page can be installed and says when the server is away', async ({
	page,
	context,
	problems
}) => {
	await signIn(page);
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
	const kept = await page.evaluate(async () => {
		const lists = await Promise.all(
			(await caches.keys()).map(async (name) => (await caches.open(name)).keys())
		);
		return lists.flat().map((request) => new URL(request.url).pathname);
	});
	expect(kept.sort()).toEqual(['/favicon.svg', '/offline.css', '/offline.html', '/offline.js']);
	const manifest = await page.request.get('/manifest.json');
	expect(((await manifest.json()) as { icons: unknown[] }).icons.length).toBeGreaterThan(0);
	await context.setOffline(true);
	const other = await context.newPage();
	await other.goto('/');
	await expect(other.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
	await expect(other.getByRole('heading')).toHaveCount(1);
	// In the language that was chosen in the application.
	await page.evaluate(() => localStorage.setItem('locale', 'fr-FR'));
	await other.goto('/');
	await expect(other.getByRole('heading', { name: 'Le serveur est injoignable' })).toBeVisible();
	await expect(other.locator('html')).toHaveAttribute('lang', 'fr-FR');
	await page.evaluate(() => localStorage.removeItem('locale'));
	await context.setOffline(false);
	// The page may have tried in between to reach the server again.
	expect(problems.every((problem) => problem.includes('ERR_INTERNET_DISCONNECTED'))).toBe(true);
	problems.length = 0;
});
