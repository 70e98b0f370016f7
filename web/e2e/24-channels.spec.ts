import type { Browser, Locator, Page, WebSocketRoute } from '@playwright/test';
import { clearChannels, switchChannels } from './scene';
import {
	api,
	expect,
	newPerson,
	screenshots,
	signIn,
	signInAs,
	test,
	watch,
	type Person
} from './support';

interface Channel {
	id: string;
	name: string;
	type: string | null;
}
interface Message {
	id: string;
	content: string;
	parent_id: string | null;
}

/** One red dot. */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
	'base64'
);

const makeChannel = (page: Page, body: object) =>
	api<Channel>(page, 'POST', '/channels/create', body);
const post = (page: Page, { id }: Channel, content: string, more: object = {}) =>
	api<Message>(page, 'POST', `/channels/${id}/messages/post`, { content, ...more });

const log = (page: Page, name = /^Messages in /): Locator => page.getByRole('log', { name });
const thread = (page: Page): Locator => page.getByRole('complementary', { name: 'Thread' });
const box = (page: Page): Locator => page.getByRole('textbox', { name: /^Write in / });
const message = (page: Page, text: string): Locator =>
	log(page).getByRole('article').filter({ hasText: text });
const sidebar = (page: Page): Locator => page.getByRole('complementary', { name: 'Sidebar' });

async function say(page: Page, text: string) {
	await box(page).fill(text);
	await box(page).press('Enter');
	await expect(message(page, text)).toBeVisible();
}

let people: Person[] = [];

async function invent(page: Page, name: string): Promise<Person> {
	const person = await newPerson(page, name);
	people.push(person);
	return person;
}

/** Somebody else, in a browser of their own whose problems count too. */
async function somebody(browser: Browser, person: Person, problems: string[]): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	watch(page, problems);
	await signInAs(page, person);
	return page;
}

async function menuOf(page: Page, row: Locator, item: string) {
	await row.hover();
	await row.getByRole('button', { name: 'More for this message' }).click();
	await page.getByRole('menuitem', { name: item, exact: true }).click();
}

// Two people in two browsers take their time.
test.describe.configure({ timeout: 180_000 });

test.beforeEach(async ({ page }) => {
	await signIn(page);
	await switchChannels(page, true);
	await page.reload();
});

test.afterEach(async ({ page }) => {
	// A page that shows a channel asks for it now and then, and any page for the list when channels go.
	await page.goto('/manifest.json');
	await clearChannels(page);
	for (const { id } of people) await api(page, 'DELETE', `/users/${id}`);
	people = [];
});

test('channels of every kind are made, changed and put away', async ({
	page,
	browser,
	problems
}) => {
	const boris = await invent(page, 'Boris');
	await expect(sidebar(page).getByText('No channels yet.')).toBeVisible();

	await page.getByRole('button', { name: 'New channel or message' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByRole('radio', { name: 'Channel' })).toBeChecked();
	await screenshots(page, 'channel-new');
	await dialog.getByLabel('Name', { exact: true }).fill('general');
	await dialog.getByLabel('Description').fill('All of us');
	await dialog.getByRole('button', { name: 'Create' }).click();
	await page.waitForURL(/\/channels\/[\w-]+$/);
	await expect(page.getByRole('heading', { name: 'general', exact: true })).toBeVisible();
	await expect(page.getByRole('heading', { name: 'This is where general begins' })).toBeVisible();
	await expect(box(page)).toBeFocused();
	await screenshots(page, 'channel-empty');

	await page.getByRole('button', { name: 'Channel menu' }).click();
	await page.getByRole('menuitem', { name: 'Edit' }).click();
	await dialog.getByLabel('Name', { exact: true }).fill('everything');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog).toHaveCount(0);
	await expect(page.getByRole('heading', { name: 'everything', exact: true })).toBeVisible();
	await expect(sidebar(page).getByRole('link', { name: 'everything' })).toBeVisible();

	await page.getByRole('button', { name: 'New channel or message' }).click();
	await dialog.getByRole('radio', { name: 'Group' }).click();
	await dialog.getByLabel('Name', { exact: true }).fill('Planning');
	await dialog.getByLabel('Find people by name or e-mail').fill(boris.email);
	await dialog.getByRole('button', { name: boris.email }).click();
	await screenshots(page, 'channel-new-group');
	await dialog.getByRole('button', { name: 'Create' }).click();
	await expect(page.getByRole('heading', { name: 'Planning', exact: true })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Members: 2' })).toBeVisible();

	// Direct messages with somebody are there once, however often they are begun.
	for (let times = 0; times < 2; times += 1) {
		await page.getByRole('button', { name: 'New channel or message' }).click();
		await dialog.getByRole('radio', { name: 'Direct message' }).click();
		await dialog.getByLabel('Find a person by name or e-mail').fill(boris.email);
		await dialog.getByRole('button', { name: boris.email }).click();
		await dialog.getByRole('button', { name: 'Write', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Boris', exact: true })).toBeVisible();
	}
	await expect(sidebar(page).getByRole('link', { name: /Boris/ })).toHaveCount(1);
	await say(page, 'Are you there?');

	// Put away, and back when the other one writes.
	await page.getByRole('button', { name: 'Channel menu' }).click();
	await page.getByRole('menuitem', { name: 'Close this conversation' }).click();
	await page.waitForURL('/');
	await expect(sidebar(page).getByRole('link', { name: /Boris/ })).toHaveCount(0);
	const other = await somebody(browser, boris, problems);
	await expect(sidebar(other).getByRole('link', { name: 'Planning' })).toBeVisible();
	await sidebar(other)
		.getByRole('link', { name: /Ada Lovelace/ })
		.click();
	await expect(message(other, 'Are you there?')).toBeVisible();
	await say(other, 'Now I am.');
	await expect(sidebar(page).getByRole('link', { name: /Boris.*1 new message/ })).toBeVisible();
	await page.getByRole('button', { name: 'Open', exact: true }).click();
	await expect(message(page, 'Now I am.')).toBeVisible();

	// Ordinary people make groups and write to each other; channels are for administrators.
	await other.getByRole('button', { name: 'New channel or message' }).click();
	await expect(other.getByRole('dialog').getByRole('radio')).toHaveCount(2);
	await other.keyboard.press('Escape');

	await sidebar(page).getByRole('link', { name: 'everything' }).hover();
	await page.getByRole('button', { name: 'Options for everything' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(sidebar(page).getByRole('link', { name: 'everything' })).toHaveCount(0);
	await other.context().close();
});

test('two people write to each other, live', async ({ page, browser, problems }) => {
	const celia = await invent(page, 'Celia');
	const room = await makeChannel(page, { name: 'Kitchen', type: 'group', user_ids: [celia.id] });
	await page.goto(`/channels/${room.id}`);
	const other = await somebody(browser, celia, problems);
	await other.goto(`/channels/${room.id}`);
	await expect(box(other)).toBeVisible();

	await box(page).pressSequentially('The bread');
	await expect(other.getByText('Ada Lovelace is typing…')).toBeVisible();
	await box(page).press('Shift+Enter');
	await box(page).pressSequentially('is **done**.');
	await box(page).press('Enter');
	await expect(message(other, 'The bread').locator('strong')).toHaveText('done');
	await expect(message(other, 'The bread').locator('br')).toHaveCount(1);
	await expect(other.getByText('is typing…')).toHaveCount(0);
	await expect(message(page, 'The bread')).toHaveCount(1);

	// A reaction of one is seen by both, and taken back by a second click.
	await say(other, 'Smells good');
	await message(other, 'The bread').hover();
	await message(other, 'The bread').getByRole('button', { name: 'Add a reaction' }).click();
	const emoji = other.getByRole('dialog', { name: 'Emoji' });
	await emoji.getByLabel(/^Search/).fill('tada');
	await other.keyboard.press('Enter');
	const tada = (at: Page) => message(at, 'The bread').getByRole('button', { name: 'tada: 1' });
	await expect(tada(page)).toHaveAttribute('aria-pressed', 'false');
	await expect(tada(other)).toHaveAttribute('aria-pressed', 'true');
	await tada(page).click();
	await expect(message(other, 'The bread').getByRole('button', { name: 'tada: 2' })).toBeVisible();
	await message(other, 'The bread').getByRole('button', { name: 'tada: 2' }).click();
	await expect(tada(page)).toHaveAttribute('aria-pressed', 'true');

	// The arrow up changes one's last message; the other one sees it.
	await box(other).press('ArrowUp');
	const editor = log(other).getByRole('textbox');
	await expect(editor).toBeFocused();
	await editor.fill('Smells wonderful');
	await editor.press('Enter');
	await expect(message(page, 'Smells wonderful').getByText('(edited)')).toBeVisible();

	// A reply quotes, and leads to what it quotes.
	await message(page, 'Smells wonderful').hover();
	await message(page, 'Smells wonderful')
		.getByRole('button', { name: 'Reply', exact: true })
		.click();
	await expect(page.getByText('Reply to Celia:')).toBeVisible();
	await say(page, 'Thank you');
	const quote = message(other, 'Thank you').getByRole('button', {
		name: /Celia.*Smells wonderful/
	});
	await quote.click();
	await expect(message(other, 'Smells wonderful').first()).toBeFocused();
	await screenshots(page, 'channel');

	// Nobody else's words can be changed; one's own can be deleted.
	await message(other, 'The bread').hover();
	await message(other, 'The bread').getByRole('button', { name: 'More for this message' }).click();
	await expect(other.getByRole('menuitem', { name: 'Copy text' })).toBeVisible();
	for (const name of ['Edit', 'Delete'])
		await expect(other.getByRole('menuitem', { name, exact: true })).toHaveCount(0);
	await other.keyboard.press('Escape');
	await menuOf(page, message(page, 'The bread'), 'Delete');
	await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
	await expect(message(other, 'The bread')).toHaveCount(0);

	// What is not read is counted where one is not, and read on arrival.
	await other.getByRole('link', { name: 'New chat' }).first().click();
	await say(page, 'Dinner is ready');
	await say(page, 'Really');
	await expect(sidebar(other).getByRole('link', { name: /Kitchen.*2 new messages/ })).toBeVisible();
	await sidebar(other)
		.getByRole('link', { name: /Kitchen/ })
		.click();
	await expect(other.getByText('New messages', { exact: true })).toBeVisible();
	await expect(message(other, 'Really')).toBeInViewport();
	await expect
		.poll(
			async () =>
				(await api<{ unread_count: number }>(other, 'GET', `/channels/${room.id}`)).unread_count
		)
		.toBe(0);
	await other.reload();
	await expect(sidebar(other).getByRole('link', { name: 'Kitchen', exact: true })).toBeVisible();

	// What is not sent yet stays.
	await box(other).fill('Half a sent');
	await other.getByRole('link', { name: 'New chat' }).first().click();
	await sidebar(other)
		.getByRole('link', { name: /Kitchen/ })
		.click();
	await expect(box(other)).toHaveValue('Half a sent');
	await other.context().close();
});

test('threads, pins, mentions, and a model that answers', async ({ page, browser, problems }) => {
	const dario = await invent(page, 'Dario');
	const room = await makeChannel(page, { name: 'Workshop' });
	await makeChannel(page, { name: 'Attic' });
	await page.goto(`/channels/${room.id}`);
	const other = await somebody(browser, dario, problems);
	await expect(sidebar(other).getByRole('link', { name: 'Workshop' })).toBeVisible();

	// Somebody who is named hears of it wherever they are.
	await box(page).pressSequentially('Ask @dar');
	await page.getByRole('option', { name: /Dario/ }).first().click();
	await box(page).pressSequentially('in #att');
	await page.getByRole('option', { name: 'Attic' }).click();
	await expect(box(page)).toHaveValue('Ask @Dario in #Attic ');
	await box(page).press('Enter');
	await expect(message(page, 'Ask @Dario in').locator('[data-mention=U]')).toHaveText('@Dario');
	await expect(other.getByText('Ada Lovelace mentioned you in Workshop')).toBeVisible();
	await other.getByRole('button', { name: 'Open', exact: true }).click();
	await expect(message(other, 'Ask @Dario')).toBeFocused();
	await expect(message(other, 'Ask @Dario').getByRole('link', { name: '#Attic' })).toHaveAttribute(
		'href',
		/\/channels\/[\w-]+$/
	);

	// A reply stands in the thread, and the channel tells how many there are.
	await message(other, 'Ask @Dario').hover();
	await message(other, 'Ask @Dario').getByRole('button', { name: 'Reply in a thread' }).click();
	await expect(thread(other).getByText('No replies yet')).toBeVisible();
	const reply = thread(other).getByRole('textbox', { name: 'Write a reply' });
	await expect(reply).toBeFocused();
	await reply.fill('I was there yesterday');
	await reply.press('Enter');
	await expect(message(page, 'Ask @Dario').getByText('1 reply')).toBeVisible();
	await expect(message(page, 'Ask @Dario').getByText('last reply')).toBeVisible();
	await expect(message(page, 'I was there yesterday')).toHaveCount(0);
	await message(page, 'Ask @Dario')
		.getByRole('button', { name: /1 reply/ })
		.click();
	await expect(thread(page).getByText('I was there yesterday')).toBeVisible();
	await page.keyboard.type('And today?');
	await expect(thread(other).getByText('Ada Lovelace is typing…')).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(thread(other).getByText('And today?')).toBeVisible();
	await screenshots(page, 'channel-thread');
	await page.goBack();
	await expect(thread(page)).toHaveCount(0);

	// A model that is named answers in the thread.
	await box(page).pressSequentially('@fake-sm');
	await page.getByRole('option', { name: /fake-small/ }).click();
	await box(page).pressSequentially('what is glue?');
	await box(page).press('Enter');
	const question = message(page, 'what is glue?');
	await expect(question.getByText('1 reply')).toBeVisible();
	await question.getByRole('button', { name: /1 reply/ }).click();
	const answer = thread(page).getByRole('article', { name: /^fake-small/ });
	await expect(answer).toContainText('what is glue?');
	await expect(answer.getByText('Model', { exact: true })).toBeVisible();
	await thread(page).getByRole('button', { name: 'Close' }).click();
	await expect(question).toBeFocused();

	// Pinned messages are at hand for everybody.
	await menuOf(page, question, 'Pin');
	await expect(question.getByText('Pinned')).toBeVisible();
	await other.getByRole('button', { name: 'Pinned messages' }).click();
	await other
		.getByRole('dialog')
		.getByRole('button', { name: /what is glue/ })
		.click();
	await expect(message(other, 'what is glue?')).toBeFocused();
	await page.getByRole('button', { name: 'Pinned messages' }).click();
	await screenshots(page, 'channel-pinned');
	await page.getByRole('dialog').getByRole('button', { name: 'Unpin' }).click();
	await expect(page.getByRole('heading', { name: 'Nothing is pinned' })).toBeVisible();
	await page.keyboard.press('Escape');
	await other.context().close();
});

test('files go along with messages', async ({ page, browser, problems }) => {
	const edda = await invent(page, 'Edda');
	const room = await makeChannel(page, { name: 'Album', type: 'group', user_ids: [edda.id] });
	await page.goto(`/channels/${room.id}`);
	const other = await somebody(browser, edda, problems);
	await other.goto(`/channels/${room.id}`);
	await expect(box(other)).toBeVisible();

	await page.locator('form input[type=file]').setInputFiles([
		{ name: 'dot.png', mimeType: 'image/png', buffer: PNG },
		{ name: 'owls.txt', mimeType: 'text/plain', buffer: Buffer.from('Owls hoot.') }
	]);
	await expect(page.getByRole('button', { name: 'Remove owls.txt' })).toBeVisible();
	await say(page, 'Two files');
	const picture = message(other, 'Two files').getByRole('button', { name: /dot\.png/ });
	await expect(picture.locator('img')).toHaveJSProperty('complete', true);
	expect(await picture.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(
		1
	);
	await message(other, 'Two files')
		.getByRole('button', { name: /owls\.txt/ })
		.click();
	await expect(other.getByText('Owls hoot.')).toBeVisible();
	await other.keyboard.press('Escape');

	// Lists tell only that there are files.
	await other.reload();
	await expect(message(other, 'Two files').getByRole('button', { name: /owls/ })).toBeVisible();

	const dropped = await page.evaluateHandle(() => {
		const data = new DataTransfer();
		data.items.add(new File(['dropped'], 'drop.txt', { type: 'text/plain' }));
		return data;
	});
	await box(page).dispatchEvent('dragenter', { dataTransfer: dropped });
	await expect(page.getByText('Drop to attach')).toBeVisible();
	await box(page).dispatchEvent('drop', { dataTransfer: dropped });
	await expect(page.getByRole('button', { name: 'Remove drop.txt' })).toBeVisible();
	await box(page).evaluate((area) => {
		const data = new DataTransfer();
		data.items.add(new File(['pasted'], 'paste.txt', { type: 'text/plain' }));
		area.dispatchEvent(
			new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
		);
	});
	await expect(page.getByRole('button', { name: 'Remove paste.txt' })).toBeVisible();
	await box(page).press('Enter');
	await expect(log(other).getByRole('button', { name: /drop\.txt/ })).toBeVisible();
	await expect(log(other).getByRole('button', { name: /paste\.txt/ })).toBeVisible();
	await other.context().close();
});

test('older messages come as one scrolls, and links lead to them', async ({ page, problems }) => {
	const room = await makeChannel(page, { name: 'Archive' });
	const ids: string[] = [];
	for (let n = 0; n < 130; n += 1)
		ids.push((await post(page, room, `Entry ${String(n).padStart(3, '0')}`)).id);
	await page.goto(`/channels/${room.id}`);
	await expect(message(page, 'Entry 129')).toBeInViewport();
	await expect(message(page, 'Entry 000')).toHaveCount(0);

	// What is read stays in its place when older ones come above it.
	const scroll = log(page);
	const places: number[] = [];
	await scroll.evaluate((element) => (element.scrollTop = 300));
	await expect(message(page, 'Entry 050')).toHaveCount(1);
	await page.waitForTimeout(300);
	const first = message(page, 'Entry 084');
	places.push((await first.boundingBox())!.y);
	await post(page, room, 'Entry 130');
	await expect(message(page, 'Entry 130')).toHaveCount(1);
	await page.waitForTimeout(200);
	places.push((await first.boundingBox())!.y);
	expect(Math.abs(places[0]! - places[1]!)).toBeLessThan(2);
	await page.getByRole('button', { name: 'Go to the end' }).click();
	await expect(message(page, 'Entry 130')).toBeInViewport();

	await page.goto(`/channels/${room.id}?message=${ids[7]}`);
	await expect(message(page, 'Entry 007')).toBeFocused();
	await expect(message(page, 'Entry 007')).toBeInViewport();
	await expect(message(page, 'Entry 129')).toHaveCount(0);
	await say(page, 'Said from the past');
	await expect(message(page, 'Said from the past')).toBeInViewport();

	await page.getByRole('button', { name: 'Channel menu' }).click();
	await page.getByRole('menuitem', { name: 'Go to a day' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Go', exact: true }).click();
	await expect(message(page, 'Entry 000')).toBeFocused();
	await expect(log(page).getByText('Today', { exact: true })).toBeVisible();

	// Arrow keys go from message to message, and back to the composer.
	await page.keyboard.press('ArrowDown');
	await expect(message(page, 'Entry 001')).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(
		message(page, 'Entry 001').getByRole('button', { name: 'Add a reaction' })
	).toBeFocused();
	await page.keyboard.press('Enter');
	const emoji = page.getByRole('dialog', { name: 'Emoji' });
	await expect(emoji.getByRole('searchbox')).toBeFocused();
	await page.keyboard.press('ArrowDown');
	await expect(emoji.locator('[data-emoji]').first()).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(message(page, 'Entry 001').getByRole('button', { name: /: 1$/ })).toBeVisible();
	await page.keyboard.press('Escape');
	await page.keyboard.press('Escape');
	await expect(box(page)).toBeFocused();

	await page.goto(`/channels/${room.id}?message=nothing`);
	await expect(page.getByText('This message is not there any more.')).toBeVisible();
	// The server has said so too.
	expect(problems.every((problem) => problem.includes('404'))).toBe(true);
	problems.length = 0;
});

test('a lost connection loses no message', async ({ page }) => {
	const room = await makeChannel(page, { name: 'Tunnel' });
	const open: WebSocketRoute[] = [];
	await page.routeWebSocket(/socket\.io/, (socket) => {
		open.push(socket);
		socket.connectToServer();
	});
	await page.goto(`/channels/${room.id}`);
	await say(page, 'Before');
	await open.at(-1)!.close();
	await post(page, room, 'Said meanwhile');
	await expect(message(page, 'Said meanwhile')).toBeVisible();
	expect(open.length).toBeGreaterThan(1);
	await post(page, room, 'After');
	await expect(message(page, 'After')).toBeVisible();
});

test('what is said before the server has taken the page in is shown', async ({ page }) => {
	const room = await makeChannel(page, { name: 'Hallway' });
	const waiting: WebSocketRoute[] = [];
	await page.routeWebSocket(/socket\.io/, (socket) => void waiting.push(socket));
	await post(page, room, 'Before');
	await page.goto(`/channels/${room.id}`);
	await expect(message(page, 'Before')).toBeVisible();
	await expect.poll(() => waiting.length).toBe(1);
	await post(page, room, 'Said meanwhile');
	await expect(message(page, 'Said meanwhile')).toHaveCount(0);
	waiting[0]!.connectToServer();
	await expect(message(page, 'Said meanwhile')).toBeInViewport();
	await expect(message(page, 'Before')).toHaveCount(1);
});

test('what cannot be sent says so', async ({ page, problems }) => {
	const room = await makeChannel(page, { name: 'Gate' });
	await page.goto(`/channels/${room.id}`);
	await page.route('**/messages/post', (route) => route.abort());
	await say(page, 'Stuck');
	await expect(message(page, 'Stuck').getByText('Not sent.')).toBeVisible();
	await page.unroute('**/messages/post');
	await message(page, 'Stuck').getByRole('button', { name: 'Try again' }).click();
	await expect(message(page, 'Stuck').getByText('Not sent.')).toHaveCount(0);
	await page.reload();
	await expect(message(page, 'Stuck')).toHaveCount(1);
	problems.length = 0;
});

test('who may only read does not write; who loses access leaves', async ({
	page,
	browser,
	problems
}) => {
	const fenja = await invent(page, 'Fenja');
	const readers = { user_ids: [fenja.id], group_ids: [] };
	const nobody = { user_ids: [], group_ids: [] };
	const room = await makeChannel(page, {
		name: 'Notices',
		access_control: { read: readers, write: nobody }
	});
	await post(page, room, 'Read me');
	const other = await somebody(browser, fenja, []);
	await sidebar(other).getByRole('link', { name: 'Notices' }).click();
	await expect(message(other, 'Read me')).toBeVisible();
	await expect(other.getByText('You can read this channel but not write in it.')).toBeVisible();
	await expect(box(other)).toHaveCount(0);
	await message(other, 'Read me').hover();
	await expect(
		message(other, 'Read me').getByRole('button', { name: 'Add a reaction' })
	).toHaveCount(0);
	await screenshots(other, 'channel-read-only');
	await other.getByRole('button', { name: 'Members: 1' }).click();
	await expect(other.getByRole('dialog').getByText('Fenja (you)')).toBeVisible();
	await other.keyboard.press('Escape');

	await api(page, 'POST', `/channels/${room.id}/update`, {
		name: 'Notices',
		access_control: { read: nobody, write: nobody }
	});
	await expect(
		other.getByText('You no longer have access to “Notices”, or it has been deleted.')
	).toBeVisible({ timeout: 25_000 });
	await other.waitForURL('/');
	await expect(sidebar(other).getByRole('link', { name: 'Notices' })).toHaveCount(0);
	await other.goto(`/channels/${room.id}`);
	await expect(other.getByRole('heading', { name: 'This channel is closed to you' })).toBeVisible();
	await other.goto('/channels/nothing');
	await expect(other.getByRole('heading', { name: 'There is no such channel' })).toBeVisible();

	// Members of a group come and go.
	const group = await makeChannel(page, { name: 'Choir', type: 'group' });
	await page.goto(`/channels/${group.id}`);
	await page.getByRole('button', { name: 'Members: 1' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Find people by name or e-mail').fill(fenja.email);
	await dialog.getByRole('button', { name: fenja.email }).click();
	await dialog.getByRole('button', { name: 'Add 1 person' }).click();
	await expect(dialog.getByText('2 members')).toBeVisible();
	await screenshots(page, 'channel-members');
	await expect(sidebar(other).getByRole('link', { name: 'Choir' })).toBeVisible();
	await dialog.getByRole('button', { name: 'Remove Fenja' }).click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
	await expect(dialog.getByText('1 member', { exact: true })).toBeVisible();

	// Where they are off, there are none.
	await page.keyboard.press('Escape');
	await switchChannels(page, false);
	await page.reload();
	await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'New channel or message' })).toHaveCount(0);
	await switchChannels(page, true);
	await other.context().close();
	expect(problems).toEqual([]);
});

test('on a small screen a thread fills the page', async ({ page }) => {
	const room = await makeChannel(page, { name: 'Pocket' });
	const topic = await post(page, room, 'What shall we eat?');
	await post(page, room, 'Soup, as always', { parent_id: topic.id });
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto(`/channels/${room.id}`);
	await message(page, 'What shall we eat?')
		.getByRole('button', { name: /1 reply/ })
		.click();
	await expect(thread(page).getByText('Soup, as always')).toBeVisible();
	const { width } = (await thread(page).boundingBox())!;
	expect(width).toBe(390);
	await thread(page).getByRole('textbox', { name: 'Write a reply' }).fill('Again?');
	await page.keyboard.press('Enter');
	await expect(thread(page).getByText('Again?')).toBeVisible();
	await thread(page).getByRole('button', { name: 'Back to the channel' }).click();
	await expect(thread(page)).toHaveCount(0);
	await expect(message(page, 'What shall we eat?').getByText('2 replies')).toBeVisible();
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
