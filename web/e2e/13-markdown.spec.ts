import {
	answers,
	chooseModel,
	composer,
	expect,
	screenshots,
	settled,
	signIn,
	test
} from './support';
import type { Page } from '@playwright/test';

/** Has the model say exactly this. */
async function say(page: Page, markdown: string) {
	await composer(page).fill(`[[reply:${markdown}]]`);
	await composer(page).press('Enter');
	await settled(page);
}

const begin = async (page: Page) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
};

test('formulas, notes, alerts, tasks and folds', async ({ page }) => {
	await begin(page);
	await say(
		page,
		'Euler: $e^{i\\pi}+1=0$, for $5 and $10.[^why]\n\n$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$\n\n' +
			'- [x] done\n- [ ] open\n\n> [!TIP]\n> Fold it.\n\n<details><summary>More</summary>\n\nHidden **words**\n\n</details>\n\n[^why]: Because.'
	);
	const answer = answers(page).last();
	await expect(answer.locator('.katex')).toHaveCount(2);
	await expect(answer.locator('.katex-display')).toHaveCount(1);
	await expect(answer).toContainText('for $5 and $10.');
	// Styles of a formula are set without style attributes in the page's source.
	expect(
		await answer
			.locator('.katex .strut')
			.first()
			.evaluate((e) => e.getBoundingClientRect().height)
	).toBeGreaterThan(5);
	await expect(answer.getByRole('checkbox')).toHaveCount(2);
	await expect(answer.getByRole('checkbox').first()).toBeChecked();
	await expect(answer.getByRole('note')).toContainText('Tip');
	await answer.getByText('More', { exact: true }).click();
	await expect(answer.getByText('Hidden words')).toBeVisible();
	await screenshots(page, 'markdown-rich');
	await answer.getByRole('link', { name: 'why' }).click();
	await expect(answer.locator('[data-note=why]')).toBeFocused();
});

test('a diagram is drawn as a picture, and its source is there when it cannot be', async ({
	page
}) => {
	await begin(page);
	await say(
		page,
		'```mermaid\ngraph TD; A[Start]-->B[End]\n```\n\n```mermaid\ngraph TD; A[[[\n```'
	);
	const answer = answers(page).last();
	const diagram = answer.getByRole('img', { name: /^Diagram made from: graph TD; A\[Start\]/ });
	await expect(diagram).toBeVisible();
	expect(await diagram.evaluate((i: HTMLImageElement) => i.naturalHeight)).toBeGreaterThan(50);
	await expect(answer.getByText('The diagram could not be drawn.')).toBeVisible();
	await expect(answer.getByText('graph TD; A[[[')).toBeVisible();
	await screenshots(page, 'diagram');
	await diagram.click();
	await expect(page.getByRole('dialog', { name: 'Diagram' })).toBeVisible();
	await page.keyboard.press('Escape');
});

test('tables and code can be taken along', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
	await begin(page);
	await say(
		page,
		'| Name | Note |\n|---|---|\n| a | x, **y** |\n\n```python\ndef f(x):\n    return "long" + x\n```'
	);
	const answer = answers(page).last();
	await answer.getByRole('table').hover();
	await answer.getByRole('button', { name: 'Copy as CSV' }).click();
	expect(await clipboard()).toBe('Name,Note\r\na,"x, y"\r\n');
	await answer.getByRole('button', { name: 'Copy as Markdown' }).click();
	expect(await clipboard()).toBe('| Name | Note |\n| --- | --- |\n| a | x, y |\n');

	const code = answer.getByRole('figure', { name: 'Code' });
	await code.hover();
	await code.getByRole('button', { name: 'Copy code' }).click();
	expect(await clipboard()).toBe('def f(x):\n    return "long" + x');
	await code.getByRole('button', { name: 'Wrap long lines' }).click();
	await expect(code.locator('pre')).toHaveCSS('white-space', /pre-wrap/);
	const download = page.waitForEvent('download');
	await code.getByRole('button', { name: 'Download' }).click();
	expect((await download).suggestedFilename()).toBe('code.py');
	await code.getByRole('button', { name: 'python' }).click();
	await expect(code).toContainText('2 lines');
	await expect(code.locator('pre')).toHaveCount(0);
});

test('a page made by a model runs in a frame that reaches nothing', async ({ page, problems }) => {
	await begin(page);
	await say(
		page,
		'```html\n<p id="out">waiting</p>\n```\n\n```js\nlet seen = [];\ntry { parent.document.title; seen.push("parent") } catch { seen.push("alone") }\ntry { localStorage.length; seen.push("storage") } catch { seen.push("nothing") }\nfetch("/api/config").then(() => seen.push("network"), () => seen.push("offline")).then(() => { document.getElementById("out").textContent = seen.join(" ") });\n```'
	);
	await answers(page).last().getByRole('button', { name: 'Preview' }).click();
	const frame = page.frameLocator('iframe[title=Preview]');
	await expect(frame.locator('#out')).toHaveText('alone nothing offline');
	await screenshots(page, 'artifact');
	await page.getByRole('button', { name: 'Close' }).last().click();
	await expect(page.locator('iframe')).toHaveCount(0);
	// That its request was refused is what this is about, not a fault of the page.
	expect(problems.filter((p) => !/Content Security Policy/.test(p))).toEqual([]);
	problems.length = 0;
});

test('what a text brings along does no harm', async ({ page, problems }) => {
	await begin(page);
	await say(
		page,
		'<img src=x onerror="window.harmed=1"><div class="fixed inset-0">cover</div><a href="javascript:window.harmed=1">go</a><style>body{display:none}</style>\n\n![spy](https://example.com/spy.png)'
	);
	const answer = answers(page).last();
	await expect(answer.getByText('cover')).toHaveCSS('position', 'static');
	await expect(answer.locator('img')).toHaveCount(0);
	await expect(answer.getByRole('link', { name: 'spy' })).toHaveAttribute('rel', /noreferrer/);
	expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
	// The browser reports a handler to the policy as it reads the text, before the purifier takes it away.
	expect(problems.filter((p) => !/inline event handler violates/.test(p))).toEqual([]);
	problems.length = 0;
});

test('all of it works under the content security policy', async ({ page }) => {
	const policies: string[] = [];
	page.on('response', (response) => {
		const policy = response.headers()['content-security-policy'];
		if (response.request().resourceType() === 'document' && policy) policies.push(policy);
	});
	await begin(page);
	await say(
		page,
		'$x^2$\n\n```mermaid\ngraph TD; A-->B\n```\n\n```js\nlet a = 1\n```\n\n```html\n<p id="out">no</p><script>document.getElementById("out").textContent = "ran"</script>\n```'
	);
	const answer = answers(page).last();
	await expect(answer.getByRole('img', { name: /^Diagram/ })).toBeVisible();
	await expect(answer.locator('.hljs-keyword').first()).toHaveText('let');
	const strut = answer.locator('.katex .strut').first();
	expect(await strut.evaluate((e) => e.getBoundingClientRect().height)).toBeGreaterThan(5);
	await answer.getByRole('button', { name: 'Preview' }).click();
	await expect(page.frameLocator('iframe[title=Preview]').locator('#out')).toHaveText('ran');
	await page.reload();
	await expect(
		answers(page)
			.last()
			.getByRole('img', { name: /^Diagram/ })
	).toBeVisible();
	expect(policies.filter((policy) => /script-src 'self'(;|$)/.test(policy))).toHaveLength(2);
});
