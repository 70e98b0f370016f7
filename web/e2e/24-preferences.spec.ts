import type { Page } from '@playwright/test';
import {
	UPSTREAM,
	answers,
	api,
	ask,
	chooseModel,
	composer,
	expect,
	makeChats,
	questions,
	screenshots,
	settled,
	signIn,
	test
} from './support';

interface Received {
	body: {
		stream?: boolean;
		messages?: { role: string; content: string }[];
		temperature?: number;
		top_p?: number;
	};
}

interface Settings {
	ui: Record<string, unknown>;
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Settings' });
const option = (page: Page, name: string) => dialog(page).getByRole('switch', { name });
const keep = (page: Page, ui: Record<string, unknown>) =>
	api(page, 'POST', '/users/user/settings/update', { ui });
const kept = async (page: Page) => (await api<Settings>(page, 'GET', '/users/user/settings')).ui;

async function asked(page: Page, text: string): Promise<Received['body']> {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as Received[];
	return all.findLast(
		({ body }) => body?.stream && JSON.stringify(body.messages ?? '').includes(text)
	)!.body;
}

/** Begins a chat with what is kept on the server. */
async function begin(page: Page, text: string, model = 'fake-small') {
	await page.goto('/');
	await chooseModel(page, model);
	await ask(page, text);
	await expect(answers(page)).toHaveCount(1);
	await settled(page);
}

test.beforeEach(async ({ page }) => {
	await signIn(page);
	await keep(page, {});
});
test.afterEach(async ({ page }) => {
	await keep(page, {});
});

test('memories are kept, changed, told to models and forgotten', async ({ page }) => {
	await page.goto('/#settings/personalization');
	const part = dialog(page);
	await expect(part.getByText('Nothing is remembered yet.')).toBeVisible();
	const field = part.getByLabel('Something models should know about you');
	await field.fill('My favourite colour is vermilion.');
	await field.press('Enter');
	await expect(part.getByText('My favourite colour is vermilion.')).toBeVisible();
	await expect(field).toHaveValue('');
	await field.fill('I keep bees.');
	await part.getByRole('button', { name: 'Remember' }).click();
	await part.getByRole('button', { name: 'Edit I keep bees.' }).click();
	await part
		.getByRole('textbox', { name: 'Edit I keep bees.' })
		.fill('I keep seven hives of bees.');
	await part.getByRole('button', { name: 'Save' }).click();
	await expect(part.getByText('I keep seven hives of bees.')).toBeVisible();
	await screenshots(page, 'settings-memory');

	// Off, nothing is told.
	await page.keyboard.press('Escape');
	await begin(page, 'Which colour is my favourite? First time');
	expect(JSON.stringify((await asked(page, 'First time')).messages)).not.toContain('vermilion');

	await page.goto('/#settings/personalization');
	await option(page, 'Use what is remembered').click();
	await expect.poll(() => kept(page)).toMatchObject({ memory: true });
	await page.keyboard.press('Escape');
	await begin(page, 'Which colour is my favourite? Second time');
	expect(JSON.stringify((await asked(page, 'Second time')).messages)).toContain('vermilion');

	await page.goto('/#settings/personalization');
	await part.getByRole('button', { name: /^Delete My favourite/ }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(part.getByText('My favourite colour is vermilion.')).toHaveCount(0);
	await field.fill('One more.');
	await field.press('Enter');
	await part.getByRole('button', { name: 'Forget everything' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Forget everything' }).click();
	await expect(part.getByText('Nothing is remembered yet.')).toBeVisible();
	expect(await api(page, 'GET', '/memories/')).toEqual([]);
});

test("parameters of one's own go along with every chat, unless the chat has its own", async ({
	page
}) => {
	await page.goto('/#settings/general');
	const part = dialog(page);
	await part.getByRole('button', { name: 'Parameters for every model' }).click();
	await part.getByRole('button', { name: 'Change Temperature' }).click();
	await part.getByRole('spinbutton', { name: 'Temperature' }).fill('0.3');
	await part.getByRole('spinbutton', { name: 'Temperature' }).press('Tab');
	await expect(part.getByText('1 changed')).toBeVisible();
	await expect.poll(() => kept(page)).toMatchObject({ params: { temperature: 0.3 } });
	await screenshots(page, 'settings-params');
	await page.keyboard.press('Escape');
	await begin(page, 'Cool words');
	expect((await asked(page, 'Cool words')).temperature).toBe(0.3);

	await page.getByRole('button', { name: 'Chat controls' }).click();
	await page.getByRole('button', { name: 'Change Temperature' }).click();
	await page.getByRole('spinbutton', { name: 'Temperature' }).fill('1.5');
	await page.getByRole('spinbutton', { name: 'Temperature' }).press('Tab');
	await ask(page, 'Warm words');
	await settled(page);
	expect((await asked(page, 'Warm words')).temperature).toBe(1.5);
});

test('settings changed in two tabs stay', async ({ page, context }) => {
	await page.goto('/#settings/interface');
	const other = await context.newPage();
	await other.goto('/#settings/interface');
	await option(page, 'Use the whole width').click();
	await expect.poll(() => kept(page)).toMatchObject({ widescreenMode: true });
	await option(other, 'Ctrl+Enter sends').click();
	await expect
		.poll(() => kept(page))
		.toMatchObject({ widescreenMode: true, ctrlEnterToSend: true });
	await other.close();
});

test('own messages stand in bubbles or not, with a name or not', async ({ page }) => {
	const [id] = await makeChats(page, ['Bees']);
	await page.goto(`/c/${id}`);
	await expect(questions(page).getByText('You', { exact: true })).toHaveCount(0);
	await keep(page, { chatBubble: false });
	await page.reload();
	await expect(questions(page).getByText('You', { exact: true })).toBeVisible();
	await screenshots(page, 'no-bubbles');
	await keep(page, { showUsername: true });
	await page.reload();
	await expect(questions(page).getByText('Ada Lovelace')).toBeVisible();
	await screenshots(page, 'bubbles-with-name');
});

test('the title stands in the tab, or not', async ({ page }) => {
	const [id] = await makeChats(page, ['Bees']);
	await page.goto(`/c/${id}`);
	await expect(page).toHaveTitle(/^Bees · /);
	await keep(page, { showChatTitleInTab: false });
	await page.reload();
	await expect(page.getByText('About Bees.')).toBeVisible();
	expect(await page.title()).not.toContain('Bees');
});

test('width and direction of messages are chosen', async ({ page }) => {
	const [id] = await makeChats(page, ['Bees']);
	const width = async () => (await composer(page).boundingBox())!.width;
	await page.goto(`/c/${id}`);
	await expect(composer(page)).toBeVisible();
	const before = await width();
	await keep(page, { widescreenMode: true, chatDirection: 'RTL' });
	await page.reload();
	await expect(
		page.locator('[data-answer] [dir=rtl], [data-answer][dir=rtl]').first()
	).toBeVisible();
	expect(await width()).toBeGreaterThan(before + 200);
});

test('answers are copied by themselves, folded, or shown in tabs', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await keep(page, { responseAutoCopy: true, collapseCodeBlocks: true });
	await page.goto('/');
	await begin(page, '[[reply:Copy me\n\n```js\nlet a = 1\n```]]');
	await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('Copy me');
	await expect(answers(page).getByText('let a = 1')).toBeHidden();
});

test('copied answers bring their formatting', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await keep(page, { copyFormatted: true });
	await page.goto('/');
	await begin(page, '[[reply:Some **bold** words]]');
	// What is copied is what is shown by then.
	await expect(answers(page).locator('strong')).toHaveText('bold');
	await answers(page).getByRole('button', { name: 'Copy', exact: true }).click();
	const types = () =>
		page.evaluate(async () => (await navigator.clipboard.read()).flatMap(({ types }) => types));
	await expect.poll(types).toContain('text/html');
});

test('suggestions and follow-ups are put into the box instead of being sent', async ({ page }) => {
	await keep(page, { insertSuggestionPrompt: true, insertFollowUpPrompt: true });
	await page.goto('/');
	await page.getByRole('list', { name: 'Suggestions' }).getByRole('button').first().click();
	await expect(composer(page)).not.toHaveValue('');
	await expect(questions(page)).toHaveCount(0);
	await composer(page).fill('');
	await begin(page, 'Something to go on with');
	await page.getByRole('button', { name: 'First question?' }).click();
	await expect(composer(page)).toHaveValue('First question?');
	await expect(questions(page)).toHaveCount(1);
});

test('titles, tags and follow-ups are made only where they are wanted', async ({ page }) => {
	await page.request.delete(`${UPSTREAM}/_requests`);
	await keep(page, { title: { auto: false }, autoTags: false, autoFollowUps: false });
	await begin(page, 'No helpers please');
	await page.waitForTimeout(1000);
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as Received[];
	const turns = all.filter(({ body }) => JSON.stringify(body ?? '').includes('No helpers please'));
	expect(turns).toHaveLength(1);
	await expect(page.getByRole('group', { name: 'Follow-up questions' })).toHaveCount(0);
});

test('keys, long pastes and new chats do as they are told', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await keep(page, { ctrlEnterToSend: true, largeTextAsFile: true, temporaryChatByDefault: true });
	await page.goto('/');
	await page.reload();
	await expect(page.getByText('Temporary', { exact: false }).first()).toBeVisible();
	await composer(page).fill('one');
	await composer(page).press('Enter');
	await expect(composer(page)).toHaveValue('one\n');
	await composer(page).fill('');
	await page.evaluate(() => navigator.clipboard.writeText('long '.repeat(2000)));
	await composer(page).press('Control+v');
	await expect(page.locator('form').getByText(/\.txt/)).toBeVisible();
	await composer(page).press('Control+Shift+v');
	await expect(composer(page)).toHaveValue(/^long long/);
});

test('words marked in an answer bring quick actions, unless switched off', async ({ page }) => {
	const [id] = await makeChats(page, ['Bees']);
	const mark = () => answers(page).locator('[data-answer] p').selectText();
	const bar = page.getByRole('toolbar', { name: 'Selected passage' });
	await page.goto(`/c/${id}`);
	await mark();
	await expect(bar).toBeVisible();
	await keep(page, { showFloatingActionButtons: false });
	await page.reload();
	await mark();
	await page.waitForTimeout(400);
	await expect(bar).toHaveCount(0);
});

test('pictures are made smaller before they are sent', async ({ page }) => {
	await page.goto('/#settings/interface');
	await option(page, 'Make pictures smaller before they are sent').click();
	await dialog(page).getByLabel('Largest width in pixels').fill('64');
	await dialog(page).getByLabel('Largest height in pixels').fill('64');
	await dialog(page).getByLabel('Largest height in pixels').press('Tab');
	await expect
		.poll(() => kept(page))
		.toMatchObject({ imageCompression: true, imageCompressionSize: { width: '64', height: '64' } });
	await screenshots(page, 'settings-interface');
	await page.keyboard.press('Escape');
	await chooseModel(page, 'fake-small');
	const large = await page.evaluate(async () => {
		const canvas = document.createElement('canvas');
		canvas.width = 400;
		canvas.height = 200;
		canvas.getContext('2d')!.fillRect(0, 0, 400, 200);
		return canvas.toDataURL('image/png').split(',')[1]!;
	});
	await page
		.locator('form input[type=file]')
		.first()
		.setInputFiles({
			name: 'big.png',
			mimeType: 'image/png',
			buffer: Buffer.from(large, 'base64')
		});
	const shown = page.locator('form img').first();
	await expect(shown).toBeVisible();
	await expect
		.poll(() => shown.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]))
		.toEqual([64, 32]);
});

test('prompts name the place only of those who want it, and whom the browser believes', async ({
	page,
	context
}) => {
	await context.setGeolocation({ latitude: 48.1374, longitude: 11.5755 });
	await page.goto('/#settings/interface');
	await option(page, 'Let prompts name where I am').click();
	await expect(page.getByText('The browser does not tell where you are.')).toBeVisible();
	await expect(option(page, 'Let prompts name where I am')).not.toBeChecked();

	await context.grantPermissions(['geolocation']);
	await option(page, 'Let prompts name where I am').click();
	await expect.poll(() => kept(page)).toMatchObject({ userLocation: true });
	await keep(page, { userLocation: true, system: 'They are at {{USER_LOCATION}}.' });
	await page.goto('/');
	await page.reload();
	await begin(page, 'Where am I?');
	expect((await asked(page, 'Where am I?')).messages![0]!.content).toContain('48.137, 11.575');
	await keep(page, { system: 'They are at {{USER_LOCATION}}.' });
	await page.reload();
	await begin(page, 'And now?');
	expect((await asked(page, 'And now?')).messages![0]!.content).toContain('Unknown');
});

test('a new chat is written in the middle of the page or at its bottom', async ({ page }) => {
	const below = async () => (await composer(page).boundingBox())!.y > 700;
	const choice = dialog(page).getByRole('combobox', { name: 'Writing a new chat' });
	expect(await below()).toBe(false);
	await page.goto('/#settings/interface');
	await expect(choice).toHaveText('In the middle of the page');
	await choice.click();
	await page.getByRole('option', { name: 'At the bottom, as in a chat' }).click();
	await expect.poll(() => kept(page)).toMatchObject({ landingPageMode: 'chat' });
	await page.keyboard.press('Escape');
	await expect.poll(below).toBe(true);
	await expect(page.getByRole('list', { name: 'Suggestions' })).toBeVisible();
	await screenshots(page, 'new-chat-below');
	await page.goto('/#settings/interface');
	await choice.click();
	await page.getByRole('option', { name: 'In the middle of the page' }).click();
	await page.keyboard.press('Escape');
	await expect.poll(below).toBe(false);
});
