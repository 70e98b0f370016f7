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

/** A red dot, one pixel large. */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
	'base64'
);

async function headers(page: Page) {
	const token = await page.evaluate(() => localStorage.getItem('token'));
	return { Authorization: `Bearer ${token}` };
}

async function lastQuestionSent(page: Page): Promise<unknown> {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as {
		path: string;
		body: { stream?: boolean; messages: { content: unknown }[] };
	}[];
	const found = all.findLast((r) => r.path.endsWith('/chat/completions') && r.body.stream);
	return found!.body.messages.at(-1)!.content;
}

/** What a person would drag or paste. */
const transfer = (page: Page, files: { name: string; type: string; text: string }[]) =>
	page.evaluateHandle((list) => {
		const data = new DataTransfer();
		for (const { name, type, text } of list) data.items.add(new File([text], name, { type }));
		return data;
	}, files);

test('what is typed is what is sent, to the byte', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	const exact = '  <tag attr="1">\n\n\tindented  \n```\nx --> y\n```\n# not a heading  \n';
	await ask(page, exact);
	await settled(page);
	expect(await lastQuestionSent(page)).toBe(exact);
	expect(
		await questions(page)
			.locator('[dir=auto]')
			.first()
			.evaluate((e) => e.textContent)
	).toBe(exact);
});

test('a draft is kept for each chat, with its files', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'A chat with a draft');
	await settled(page);
	await page.waitForURL(/\/c\//);
	const chat = page.url();
	await composer(page).fill('half a thought');
	await page
		.locator('input[type=file][multiple]')
		.first()
		.setInputFiles({ name: 'owls.txt', mimeType: 'text/plain', buffer: Buffer.from('Owls hoot.') });
	await expect(page.getByRole('button', { name: /owls\.txt/ }).first()).toContainText('10 bytes');
	await page.goto('/');
	await expect(composer(page)).toHaveValue('');
	await page.goto(chat);
	await expect(composer(page)).toHaveValue('half a thought');
	await expect(page.getByRole('button', { name: /owls\.txt/ }).first()).toBeVisible();
	await composer(page).press('Enter');
	await settled(page);
	// The words of a file reach the model; the question shows the file as a chip.
	expect(await lastQuestionSent(page)).toContain('Owls hoot.');
	await expect(questions(page).last()).toContainText('half a thought');
	await expect(questions(page).last()).not.toContainText('Owls hoot.');
	await questions(page)
		.last()
		.getByRole('button', { name: /owls\.txt/ })
		.click();
	await expect(page.getByRole('dialog')).toContainText('Owls hoot.');
	await page.keyboard.press('Escape');
});

test('pictures are attached, shown, and seen by the model', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await page
		.locator('input[type=file][multiple]')
		.first()
		.setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
	await expect(page.getByRole('button', { name: 'Show dot.png in full' })).toBeVisible();
	await ask(page, 'What is this?');
	await settled(page);
	expect(await lastQuestionSent(page)).toEqual([
		{ type: 'text', text: 'What is this?' },
		{ type: 'image_url', image_url: { url: expect.stringMatching(/^data:image\/png;base64,/) } }
	]);
	await page.reload();
	const picture = questions(page).getByRole('button', { name: 'Show dot.png in full' });
	await expect
		.poll(() => picture.locator('img').evaluate((i: HTMLImageElement) => i.naturalWidth))
		.toBe(1);
	await picture.click();
	await expect(page.getByRole('dialog', { name: 'dot.png' })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('files can be pasted and dropped; long texts become files if one wants', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	const dropped = await transfer(page, [{ name: 'drop.txt', type: 'text/plain', text: 'dropped' }]);
	await composer(page).dispatchEvent('dragenter', { dataTransfer: dropped });
	await expect(page.getByText('Drop to attach')).toBeVisible();
	await screenshots(page, 'drop');
	await composer(page).dispatchEvent('drop', { dataTransfer: dropped });
	await expect(page.getByRole('button', { name: /drop\.txt/ }).first()).toBeVisible();

	const long = 'word '.repeat(400);
	const paste = (text: string) =>
		composer(page).evaluate((area, value) => {
			const data = new DataTransfer();
			data.setData('text/plain', value);
			area.dispatchEvent(
				new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
			);
		}, text);
	await paste(long);
	await expect(page.getByText('Pasted text 1.txt')).toHaveCount(0);
	await page.request.post('/api/v1/users/user/settings/update', {
		headers: await headers(page),
		data: { ui: { largeTextAsFile: true } }
	});
	await page.reload();
	await paste(long);
	await expect(page.getByRole('button', { name: /Pasted text 1\.txt/ }).first()).toBeVisible();
	await page.request.post('/api/v1/users/user/settings/update', {
		headers: await headers(page),
		data: { ui: {} }
	});
	for (const name of ['drop.txt', 'Pasted text 1.txt'])
		await page.getByRole('button', { name: `Remove ${name}` }).click();
});

test('a prompt asks for its blanks', async ({ page }) => {
	await signIn(page);
	await page.request.post('/api/v1/prompts/create', {
		headers: await headers(page),
		data: {
			command: '/brief',
			title: 'A brief',
			content:
				'Write for {{reader | select:options=["experts","children"]:default="experts"}} on {{CURRENT_DATE}}: {{topic | text:placeholder="About":required}}'
		}
	});
	await chooseModel(page, 'fake-small');
	await composer(page).pressSequentially('Please: /bri');
	await expect(page.getByRole('option', { name: /brief/ })).toBeVisible();
	await screenshots(page, 'slash-menu');
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'A brief' });
	await expect(dialog.getByRole('button', { name: 'Insert' })).toBeDisabled();
	await screenshots(page, 'variables');
	await dialog.getByPlaceholder('About').fill('owls');
	await page.keyboard.press('Enter');
	await expect(composer(page)).toHaveValue(/^Please: Write for experts on \d{4}-\d\d-\d\d: owls$/);
	await expect(composer(page)).toBeFocused();

	// Escape leaves the sign alone.
	await composer(page).fill('');
	await composer(page).pressSequentially('/bri');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('option')).toHaveCount(0);
	await expect(composer(page)).toHaveValue('/bri');
});

test('other chats can be referred to', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-small');
	await ask(page, 'The password of the shed is walnut');
	await settled(page);
	await page.goto('/');
	await composer(page).pressSequentially('Recall #walnut');
	await page.getByRole('option').first().click();
	await expect(composer(page)).toHaveValue('Recall ');
	await composer(page).pressSequentially('it');
	await page.keyboard.press('Enter');
	await settled(page);
	expect(await lastQuestionSent(page)).toContain('The password of the shed is walnut');
});

test('messages wait for the running answer', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Slowly');
	await expect(answers(page).last()).toContainText('w3');
	await ask(page, 'Then this');
	await ask(page, 'And that');
	const queue = page.getByRole('list', { name: 'Messages that wait' });
	await expect(queue.getByRole('listitem')).toHaveCount(2);
	await screenshots(page, 'queue');
	await queue.getByRole('listitem').last().getByRole('button', { name: 'Edit' }).click();
	await expect(composer(page)).toHaveValue('And that');
	await composer(page).fill('');

	// A stop keeps what waits; it goes when the person says so.
	await page.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
	await expect(queue.getByRole('listitem')).toHaveCount(1);
	await chooseModel(page, 'fake-small');
	await queue.getByRole('button', { name: 'Send now' }).click();
	await expect(questions(page).last()).toContainText('Then this');
	await page.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
});

test('the next message goes by itself when the answer is complete', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count');
	await expect(answers(page).last()).toContainText('w1');
	await composer(page).pressSequentially('@small');
	await page.getByRole('option', { name: /fake-small/ }).click();
	await composer(page).pressSequentially('Waited');
	await composer(page).press('Enter');
	await expect(answers(page).last()).toContainText('Echo: Waited', { timeout: 30_000 });
	await settled(page);
	await expect(questions(page)).toHaveCount(2);
});

test('Enter makes a new line for those who want that', async ({ page }) => {
	await signIn(page);
	await page.request.post('/api/v1/users/user/settings/update', {
		headers: await headers(page),
		data: { ui: { ctrlEnterToSend: true } }
	});
	await page.reload();
	await chooseModel(page, 'fake-small');
	await composer(page).fill('one');
	await composer(page).press('Enter');
	await composer(page).pressSequentially('two');
	await expect(composer(page)).toHaveValue('one\ntwo');
	await composer(page).press('Control+Enter');
	await expect(questions(page)).toContainText('one');
	await settled(page);
	await page.request.post('/api/v1/users/user/settings/update', {
		headers: await headers(page),
		data: { ui: {} }
	});
});
