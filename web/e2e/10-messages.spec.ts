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

/** What the model server was asked last, without the small tasks around a chat. */
async function lastRequest(page: Page) {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as {
		path: string;
		body: { stream?: boolean; messages: { role: string; content: unknown }[] };
	}[];
	return all.findLast((r) => r.path.endsWith('/chat/completions') && r.body.stream)!.body;
}

async function more(page: Page, entry: string) {
	await answers(page).last().getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: entry }).click();
}

async function again(page: Page, entry: string) {
	await answers(page).last().getByRole('button', { name: 'Answer again' }).click();
	await page.getByRole('menuitem', { name: entry }).click();
}

async function begin(page: Page, text: string, model = 'fake-small') {
	await signIn(page);
	await chooseModel(page, model);
	await ask(page, text);
	await settled(page);
	await page.waitForURL(/\/c\/[\w-]+$/);
}

test('an answer can be asked for again in several ways', async ({ page }) => {
	await begin(page, 'Explain moss');
	await again(page, 'More detail');
	await expect(answers(page).last()).toContainText('Please answer again with more detail');
	await settled(page);
	const request = await lastRequest(page);
	expect(request.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'user']);

	await again(page, 'In your own words…');
	await page.getByLabel('What should be different?').fill('as a poem');
	await page.keyboard.press('Enter');
	await expect(answers(page).last()).toContainText('Echo: as a poem');
	await settled(page);

	await answers(page).last().getByRole('button', { name: 'Answer again' }).click();
	await page.getByRole('menuitem', { name: 'With another model' }).hover();
	await page.getByRole('menuitem', { name: 'fake-large' }).click();
	await expect(page.getByLabel('Version 4 of 4')).toBeVisible();
	await expect(answers(page).last()).toContainText('fake-large');
	await settled(page);

	// The number can be typed.
	await page.getByLabel('Version 4 of 4').click();
	await page.getByLabel(/Number of the version/).fill('2');
	await page.keyboard.press('Enter');
	await expect(answers(page).last()).toContainText('Please answer again with more detail');
	await page.waitForLoadState('networkidle');
	await page.reload();
	await expect(page.getByLabel('Version 2 of 4')).toBeVisible();
});

test('the branch that was read is shown again', async ({ page }) => {
	await begin(page, 'Root question');
	await ask(page, 'Old path');
	await settled(page);
	await questions(page).last().hover();
	await questions(page).last().getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Edit your message').fill('New path');
	await page.keyboard.press('Enter');
	await expect(answers(page).last()).toContainText('Echo: New path');
	await settled(page);
	await questions(page).last().hover();
	await questions(page).last().getByRole('button', { name: 'Previous version' }).click();
	await expect(answers(page).last()).toContainText('Echo: Old path');

	// Away at the root and back: still the path that was read, not the newest one.
	await again(page, 'Try again');
	await settled(page);
	await page.getByRole('button', { name: 'Previous version' }).last().click();
	await expect(questions(page).last()).toContainText('Old path');
});

test('an answer grows word by word, none twice', async ({ page }) => {
	await signIn(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Count for me');
	for (const word of ['w30', 'w45', 'w60', 'w110']) {
		await expect(answers(page).last()).toContainText(word);
		const words = (await answers(page).last().innerText()).match(/w\d+/g) ?? [];
		expect(words).toEqual(words.map((_, i) => `w${i}`));
	}
	await page.getByRole('button', { name: 'Stop answering' }).click();
	await settled(page);
});

test('answers are edited in place, or beside the old one', async ({ page }) => {
	await begin(page, 'Edit this');
	await more(page, 'Edit');
	await page.getByLabel('Edit the answer').fill('Rewritten **by hand**');
	await page.keyboard.press('Control+Enter');
	await expect(answers(page).last().locator('strong')).toHaveText('by hand');
	await more(page, 'Edit');
	await page.getByLabel('Edit the answer').fill('A second try');
	await page.getByRole('button', { name: 'Save as another version' }).click();
	await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
	await page.waitForLoadState('networkidle');
	await page.reload();
	await expect(answers(page).last()).toContainText('A second try');
	await page.getByRole('button', { name: 'Previous version' }).click();
	await expect(answers(page).last()).toContainText('Rewritten by hand');
});

test('questions are saved without being asked again', async ({ page }) => {
	await begin(page, 'A typo hear');
	await questions(page).hover();
	await questions(page).getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Edit your message').fill('A typo here');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(questions(page)).toContainText('A typo here');
	await expect(answers(page)).toContainText('Echo: A typo hear');
	await expect(page.getByRole('button', { name: 'Previous version' })).toHaveCount(0);
});

test('an answer goes on from its end', async ({ page }) => {
	await begin(page, 'Go on');
	await more(page, 'Edit');
	await page.getByLabel('Edit the answer').fill('The first half.');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await page.waitForLoadState('networkidle');
	await more(page, 'Continue');
	await settled(page);
	await expect(answers(page)).toHaveCount(1);
	await expect(answers(page).last()).toContainText('The first half.');
	await expect(answers(page).last()).toContainText('Echo: Go on');
	const request = await lastRequest(page);
	expect(request.messages.at(-1)).toEqual({ role: 'assistant', content: 'The first half.' });
	await page.reload();
	await expect(answers(page).last()).toContainText('The first half.');
	await expect(answers(page).last()).toContainText('Echo: Go on');
});

test('a rating with its reasons is kept', async ({ page }) => {
	await begin(page, 'Rate me');
	await answers(page).getByRole('button', { name: 'Bad answer' }).click();
	await page.getByRole('button', { name: 'Too long' }).click();
	await page.getByRole('button', { name: '3', exact: true }).click();
	await page.getByPlaceholder('Anything else').fill('Shorter, please');
	await screenshots(page, 'rating');
	const saved = page.waitForResponse((r) => r.url().includes('/evaluations/feedback/'));
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const feedback = await (await saved).json();
	expect(feedback.data).toMatchObject({
		rating: -1,
		model_id: 'fake-small',
		reason: 'too_verbose',
		comment: 'Shorter, please',
		details: { rating: 3 }
	});
	expect(feedback.meta).toMatchObject({ arena: false, message_index: 2 });
	await page.waitForLoadState('networkidle');
	await page.reload();
	await expect(answers(page).getByRole('button', { name: 'Bad answer' })).toHaveAttribute(
		'aria-pressed',
		'true'
	);
});

test('errors are told, and can be tried again', async ({ page }) => {
	await begin(page, 'This will fail', 'fake-err429');
	const alert = answers(page).getByRole('alert');
	await expect(alert).toContainText('Rate limit reached');
	await screenshots(page, 'error');
	await alert.getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
	await settled(page);
});

test('a follow-up question is asked by a click', async ({ page }) => {
	await begin(page, 'Follow me');
	await page.getByRole('button', { name: 'Second question?' }).click();
	await expect(questions(page).last()).toHaveText(/Second question\?/);
	await expect(answers(page).last()).toContainText('Echo: Second question?');
	await settled(page);
});

test('a new chat begins at any answer', async ({ page }) => {
	await begin(page, 'Kept');
	await ask(page, 'Left behind');
	await settled(page);
	const before = page.url();
	await answers(page).first().hover();
	await answers(page).first().getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: 'New chat from here' }).click();
	await page.waitForURL((url) => url.href !== before);
	await expect(questions(page)).toHaveCount(1);
	await expect(questions(page)).toContainText('Kept');
});

test('the arrow edits the last question', async ({ page }) => {
	await begin(page, 'Arrow up');
	await composer(page).press('ArrowUp');
	await expect(page.getByLabel('Edit your message')).toHaveValue('Arrow up');
	await page.keyboard.press('Escape');
	await expect(page.getByLabel('Edit your message')).toHaveCount(0);
});

test('sources, steps, usage and tool calls are shown', async ({ page }) => {
	await begin(page, 'Look it up');
	const id = page.url().split('/').at(-1)!;
	const token = await page.evaluate(() => localStorage.getItem('token'));
	const headers = { Authorization: `Bearer ${token}` };
	const chat = await (await page.request.get(`/api/v1/chats/${id}`, { headers })).json();
	const { history } = chat.chat;
	Object.assign(history.messages[history.currentId], {
		content:
			'<details type="tool_calls" done="true" id="call_1" name="weather" arguments="&quot;{\\&quot;city\\&quot;: \\&quot;Oslo\\&quot;}&quot;" result="&quot;sunny&quot;" files="" embeds="">\n<summary>Tool Executed</summary>\n</details>\nIt is sunny [1], as they say [2].',
		usage: { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 },
		statusHistory: [
			{ action: 'web_search', description: 'Searching the web', done: false },
			{
				action: 'web_search',
				description: 'Searched {{count}} sites',
				urls: ['https://example.org/a'],
				done: true
			}
		],
		sources: [
			{
				source: { id: 'w', name: 'Weather report' },
				document: ['Sunny all day.'],
				metadata: [{ source: 'https://www.example.org/weather', name: 'Weather report' }],
				distances: [0.82]
			},
			{
				source: { id: 'f', name: 'almanac.pdf', type: 'file' },
				document: ['Sun in May.'],
				metadata: [{ source: 'almanac.pdf', page: 4 }]
			}
		]
	});
	await page.request.post(`/api/v1/chats/${id}`, { headers, data: { chat: { history } } });
	await page.reload();

	const answer = answers(page).last();
	await answer.getByText('Used weather').click();
	await expect(answer.getByText('"Oslo"')).toBeVisible();
	await answer.getByTitle('Show all steps').click();
	await expect(answer.getByRole('link', { name: 'example.org' })).toBeVisible();
	await screenshots(page, 'sources');
	await answer.getByRole('link', { name: '2', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: '2 sources' });
	await expect(dialog).toContainText('Sunny all day.');
	await expect(dialog).toContainText('Page 5');
	await screenshots(page, 'source-list');
	await page.keyboard.press('Escape');
	await answer.getByRole('button', { name: 'Tokens and time' }).click();
	await expect(page.getByRole('dialog', { name: 'Tokens and time' })).toContainText('42');
	await page.keyboard.press('Escape');
});
