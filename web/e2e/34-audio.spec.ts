/** Dictation and reading aloud. The browser has a microphone that beeps, and lets every page use it. */
import type { Page } from '@playwright/test';
import { findings } from './axe';
import config from './playwright.config';
import {
	UPSTREAM,
	answers,
	api,
	ask,
	chooseModel,
	composer,
	expect,
	makeChats,
	newPerson,
	questions,
	screenshots,
	settled,
	signIn,
	signInAs,
	test
} from './support';

const { launchOptions } = config.use!;
test.use({
	permissions: ['microphone'],
	launchOptions: {
		...launchOptions,
		args: [
			...launchOptions!.args!,
			'--use-fake-device-for-media-stream',
			'--use-fake-ui-for-media-stream'
		]
	}
});

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };
const TRANSCRIPT = /Transcribed \d+ bytes\./;

interface AudioConfig {
	tts: Record<string, unknown>;
	stt: Record<string, unknown>;
}

/** Both engines at the scripted provider, unless something else is asked for. */
async function setEngines(page: Page, { tts = {}, stt = {} }: Partial<AudioConfig> = {}) {
	const before = await api<AudioConfig>(page, 'GET', '/audio/config');
	const server = { OPENAI_API_BASE_URL: `${UPSTREAM}/v1`, OPENAI_API_KEY: 'sk-speech' };
	await api(page, 'POST', '/audio/config/update', {
		tts: { ...before.tts, ENGINE: 'openai', SPLIT_ON: 'punctuation', ...server, ...tts },
		stt: { ...before.stt, ENGINE: 'openai', ...server, ...stt }
	});
}

const setUi = (page: Page, ui: object) => api(page, 'POST', '/users/user/settings/update', { ui });

async function open(page: Page, ui: object = {}, engines: Partial<AudioConfig> = {}) {
	await signIn(page);
	await setEngines(page, engines);
	await setUi(page, ui);
	await page.reload();
	await chooseModel(page, 'fake-small');
}

const dictate = (page: Page) => page.getByRole('button', { name: 'Dictate' });
const bar = (page: Page) => page.getByRole('group', { name: 'Dictation' });
const finish = (page: Page) => page.getByRole('button', { name: 'Finish dictation' });

/** Speaks until something can be seen of it. */
async function record(page: Page) {
	await dictate(page).click();
	await expect(bar(page).getByRole('status')).toHaveText('Recording. Escape cancels.');
	await expect(bar(page).getByRole('timer')).toHaveText('0:01');
}

interface Asked {
	path: string;
	body: Record<string, unknown>;
}

async function askedFor(page: Page, path: string): Promise<Asked[]> {
	const all = (await (await page.request.get(`${UPSTREAM}/_requests`)).json()) as Asked[];
	return all.filter((request) => request.path.endsWith(path));
}

test.afterAll(async ({ browser }) => {
	const page = await browser.newPage();
	await signIn(page);
	await setEngines(page, { tts: { ENGINE: '' }, stt: { ENGINE: '' } });
	await setUi(page, {});
	await page.close();
});

for (const [name, view] of Object.entries({ wide: WIDE, narrow: NARROW })) {
	test(`what is said is put where the caret is, ${name}`, async ({ page }) => {
		await open(page);
		await page.setViewportSize(view);
		await composer(page).fill('Before after');
		await composer(page).evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(6, 6));
		await record(page);
		// A beep has been seen.
		await expect
			.poll(() =>
				bar(page)
					.locator('[data-waveform] span')
					.evaluateAll((bars) => bars.some((b) => (b as HTMLElement).style.opacity === '1'))
			)
			.toBe(true);
		await expect(finish(page)).toBeFocused();
		expect(await findings(page)).toEqual([]);
		await screenshots(page, `dictation-${name}`);
		await page.setViewportSize(view);
		await page.keyboard.press('Enter');
		await expect(composer(page)).toHaveValue(/^Before Transcribed \d{3,} bytes\. after$/);
		await expect(composer(page)).toBeFocused();
		await expect(bar(page)).toHaveCount(0);
		await expect(questions(page)).toHaveCount(0);
		await composer(page).fill('');
	});
}

test('Escape ends the dictation, and nothing else', async ({ page }) => {
	await open(page);
	await chooseModel(page, 'fake-slow');
	await ask(page, 'Slowly');
	await expect(answers(page).last()).toContainText('w1');
	await composer(page).fill('A draft');
	await record(page);
	await page.keyboard.press('Escape');
	await expect(bar(page)).toHaveCount(0);
	await expect(composer(page)).toHaveValue('A draft');
	await expect(composer(page)).toBeFocused();
	await expect(page.getByRole('button', { name: 'Stop answering' })).toBeVisible();
	await record(page);
	await page.getByRole('button', { name: 'Cancel dictation' }).click();
	await expect(composer(page)).toHaveValue('A draft');
	await page.keyboard.press('Escape');
	await settled(page);
	await composer(page).fill('');
});

test('a dictation can be called off while the server listens to it', async ({ page }) => {
	await open(page);
	await page.route('**/audio/transcriptions', () => {});
	await composer(page).fill('A draft');
	await record(page);
	await finish(page).click();
	await expect(bar(page).getByRole('status')).toHaveText('Transcribing…');
	await page.keyboard.press('Escape');
	await expect(bar(page)).toHaveCount(0);
	await expect(composer(page)).toHaveValue('A draft');
	await composer(page).fill('');
});

test('another chat does not get what was said for this one', async ({ page }) => {
	await open(page);
	const [id] = await makeChats(page, ['Elsewhere']);
	await page.goto('/');
	await record(page);
	await page.getByRole('link', { name: 'Elsewhere' }).first().click();
	await page.waitForURL(`**/c/${id}`);
	await expect(bar(page)).toHaveCount(0);
	await expect(composer(page)).toHaveValue('');
});

test('what is said can be sent at once, in the language that was chosen', async ({ page }) => {
	await open(page, { speechAutoSend: true, audio: { stt: { language: 'fr' } } });
	await record(page);
	await finish(page).click();
	await expect(questions(page)).toContainText(TRANSCRIPT);
	await expect(answers(page).last()).toContainText('Echo: Transcribed');
	await settled(page);
	const heard = (await askedFor(page, '/audio/transcriptions')).at(-1);
	expect(heard!.body).toMatchObject({ language: 'fr' });
});

test('a recording that could not be understood is not lost', async ({ page, problems }) => {
	await open(page);
	const detail = 'This server cannot listen. Choose another engine.';
	await page.route('**/audio/transcriptions', (route) =>
		route.fulfill({ status: 400, json: { detail } })
	);
	await record(page);
	await finish(page).click();
	await expect(bar(page).getByRole('alert')).toHaveText(detail);
	await expect(bar(page).getByRole('button', { name: 'Try again' })).toBeFocused();
	await screenshots(page, 'dictation-failed');
	expect(problems.filter((p) => !/400/.test(p))).toEqual([]);
	problems.length = 0;
	await page.unrouteAll();
	await bar(page).getByRole('button', { name: 'Try again' }).click();
	await expect(composer(page)).toHaveValue(TRANSCRIPT);
	await composer(page).fill('');
});

test('a microphone that cannot be had is explained', async ({ page }) => {
	await page.addInitScript(() => {
		if (!navigator.mediaDevices) return;
		navigator.mediaDevices.getUserMedia = () =>
			Promise.reject(new DOMException('No', 'NotAllowedError'));
	});
	await open(page);
	await dictate(page).click();
	await expect(page.getByText('The browser does not let this page use the mic')).toBeVisible();
	await expect(bar(page)).toHaveCount(0);

	await page.addInitScript(() =>
		Object.defineProperty(navigator, 'mediaDevices', { value: undefined })
	);
	await page.reload();
	await expect(dictate(page)).toHaveAttribute('aria-disabled', 'true');
	await dictate(page).press('Enter');
	await expect(page.getByText('over a secure connection (HTTPS) only')).toBeVisible();
});

test('the browser listens for those who want that', async ({ page }) => {
	await page.addInitScript(() => {
		class Recognition {
			lang = '';
			onstart = () => {};
			onend = () => {};
			onresult: (event: unknown) => void = () => {};
			start() {
				setTimeout(() => {
					this.onstart();
					this.onresult({ results: [[{ transcript: `Heard in ${this.lang}` }]] });
				});
			}
			stop() {
				setTimeout(() => this.onend());
			}
			abort() {}
		}
		Object.assign(window, { webkitSpeechRecognition: Recognition, SpeechRecognition: undefined });
	});
	await open(page, { audio: { stt: { engine: 'web' } } });
	await dictate(page).click();
	await expect(bar(page)).toContainText('Heard in en-US');
	await finish(page).click();
	await expect(composer(page)).toHaveValue('Heard in en-US');
	await composer(page).fill('');
});

// -- Reading aloud

const FIRST = 'This is the first sentence of an answer that is long.';
const SECOND = 'And this is the second one, which is long as well.';

/** A quiet tone as a WAV file: what the scripted provider sends is no sound. */
function tone(seconds: number): Buffer {
	const rate = 8000;
	const samples = Buffer.alloc(rate * seconds, 0x80);
	const head = Buffer.alloc(44);
	head.write('RIFF', 0);
	head.writeUInt32LE(36 + samples.length, 4);
	head.write('WAVEfmt ', 8);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(rate, 24);
	head.writeUInt32LE(rate, 28);
	head.writeUInt16LE(1, 32);
	head.writeUInt16LE(8, 34);
	head.write('data', 36);
	head.writeUInt32LE(samples.length, 40);
	return Buffer.concat([head, samples]);
}

/** The server is asked as ever; a sound of this length comes in the place of its answer. */
async function soundsLast(page: Page, seconds: number): Promise<Record<string, unknown>[]> {
	const spoken: Record<string, unknown>[] = [];
	await page.route('**/api/v1/audio/speech', async (route) => {
		spoken.push(route.request().postDataJSON() as Record<string, unknown>);
		const reply = await route.fetch();
		expect(reply.status()).toBe(200);
		// The page may have stopped meanwhile.
		await route.fulfill({ contentType: 'audio/wav', body: tone(seconds) }).catch(() => {});
	});
	return spoken;
}

async function openAnswers(page: Page, ui: object, engines: Partial<AudioConfig> = {}) {
	await open(page, ui, engines);
	const [id] = await makeChats(page, ['Aloud']);
	const base = { timestamp: 1, childrenIds: [] as string[] };
	const answer = { ...base, role: 'assistant', model: 'fake-small', done: true };
	const text = `# Two\n\n${FIRST} ${SECOND}\n\n\`\`\`\ncode\n\`\`\``;
	const messages = {
		q1: { ...base, id: 'q1', parentId: null, childrenIds: ['a1'], role: 'user', content: 'One?' },
		a1: { ...answer, id: 'a1', parentId: 'q1', childrenIds: ['q2'], content: text },
		q2: { ...base, id: 'q2', parentId: 'a1', childrenIds: ['a2'], role: 'user', content: 'Two?' },
		a2: { ...answer, id: 'a2', parentId: 'q2', content: 'Another answer.' }
	};
	const chat = { title: 'Aloud', models: ['fake-small'], history: { currentId: 'a2', messages } };
	await api(page, 'POST', `/chats/${id}`, { chat });
	await page.goto(`/c/${id}`);
	await expect(answers(page)).toHaveCount(2);
}

const readAloud = (page: Page, nth: number) =>
	answers(page).nth(nth).getByRole('button', { name: 'Read aloud' });
const stopReading = (page: Page) => page.getByRole('button', { name: 'Stop reading' });

test('an answer is read aloud sentence by sentence', async ({ page }) => {
	const spoken = await soundsLast(page, 1);
	await openAnswers(page, { audio: { tts: { playbackRate: 2, voice: 'alloy' } } });
	await answers(page).first().hover();
	await readAloud(page, 0).click();
	await expect(stopReading(page)).toHaveCount(1);
	await expect(answers(page).first().getByRole('button', { name: 'Stop reading' })).toBeVisible();
	await expect(stopReading(page)).toHaveCount(0);
	expect(spoken).toEqual([
		{ input: `Two. ${FIRST}`.replace('. ', '.\n'), voice: 'alloy' },
		{ input: SECOND, voice: 'alloy' }
	]);
	const asked = await askedFor(page, '/audio/speech');
	expect(asked.map(({ body }) => body.input)).toContain(SECOND);
});

test('one answer is read at a time, until it is stopped or left', async ({ page }) => {
	const spoken = await soundsLast(page, 30);
	await openAnswers(page, {});
	await answers(page).first().hover();
	await readAloud(page, 0).click();
	await expect(stopReading(page)).toHaveCount(1);
	await expect.poll(() => spoken.length).toBe(2);
	await screenshots(page, 'read-aloud');
	await readAloud(page, 1).click();
	await expect(answers(page).nth(1).getByRole('button', { name: 'Stop reading' })).toBeVisible();
	await expect(stopReading(page)).toHaveCount(1);
	await stopReading(page).click();
	await expect(stopReading(page)).toHaveCount(0);
	expect(spoken.map(({ input }) => input)).toEqual([`Two.\n${FIRST}`, SECOND, 'Another answer.']);

	await readAloud(page, 1).click();
	await expect(stopReading(page)).toHaveCount(1);
	await page.getByRole('link', { name: 'New chat' }).first().click();
	await page.waitForURL('/');
	await page.goBack();
	await expect(readAloud(page, 1)).toBeVisible();
	await expect(stopReading(page)).toHaveCount(0);
});

test('why nothing is heard is told', async ({ page, problems }) => {
	const detail = 'The voice is out of money.';
	await page.route('**/audio/speech', (route) => route.fulfill({ status: 402, json: { detail } }));
	await openAnswers(page, {});
	await readAloud(page, 1).click();
	await expect(page.getByText(detail)).toBeVisible();
	await expect(stopReading(page)).toHaveCount(0);
	expect(problems.filter((p) => !/402/.test(p))).toEqual([]);
	problems.length = 0;
	await page.unrouteAll();
	// The scripted provider answers, but with no sound.
	await readAloud(page, 1).click();
	await expect(page.getByText('The browser cannot play the sound')).toBeVisible();
	await expect(readAloud(page, 1)).toBeVisible();
});

/** Stands for the voices of a device: says nothing, and remembers what it was to say. */
async function deviceSpeaks(page: Page) {
	await page.addInitScript(() => {
		const said: unknown[] = [];
		const voices = [
			{ voiceURI: 'Ada', name: 'Ada', lang: 'en-GB' },
			{ voiceURI: 'Bob', name: 'Bob', lang: 'en-US' }
		];
		Object.defineProperty(SpeechSynthesisUtterance.prototype, 'voice', { writable: true });
		const speechSynthesis = {
			getVoices: () => voices,
			cancel: () => {},
			speak(utterance: SpeechSynthesisUtterance) {
				const { text, rate, voice } = utterance;
				said.push({ text, rate, voice: voice?.name });
				setTimeout(() => utterance.onend?.({} as SpeechSynthesisEvent), 20);
			}
		};
		Object.defineProperty(window, 'speechSynthesis', { value: speechSynthesis });
		Object.assign(window, { said });
	});
	return () => page.evaluate(() => (window as unknown as { said: unknown[] }).said);
}

test('the voices of the device read where the server has none', async ({ page }) => {
	const said = await deviceSpeaks(page);
	const ui = { audio: { tts: { voice: 'Bob', playbackRate: 1.5 } } };
	await openAnswers(page, ui, { tts: { ENGINE: '' } });
	await answers(page).first().hover();
	await readAloud(page, 0).click();
	await expect.poll(said).toEqual([
		{ text: `Two.\n${FIRST}`, rate: 1.5, voice: 'Bob' },
		{ text: SECOND, rate: 1.5, voice: 'Bob' }
	]);
	await expect(stopReading(page)).toHaveCount(0);
});

test('new answers are read by themselves for those who want that', async ({ page }) => {
	const spoken = await soundsLast(page, 1);
	await open(page, { responseAutoPlayback: true });
	await ask(page, 'Say something nice');
	await settled(page);
	await expect.poll(() => spoken.length).toBe(1);
	expect(spoken[0]!.input).toContain('Say something nice');
	await expect(stopReading(page)).toHaveCount(0);
});

// -- Settings

test('people choose who listens and who speaks', async ({ page }) => {
	await deviceSpeaks(page);
	const spoken = await soundsLast(page, 1);
	await open(page);
	await page.goto('/#settings/audio');
	const dialog = page.getByRole('dialog', { name: 'Settings' });
	const choose = async (label: string, option: string | RegExp) => {
		await dialog.getByRole('combobox', { name: label, exact: true }).click();
		await page.getByRole('option', { name: option }).click();
	};
	await choose('Speech recognition', 'This browser');
	await dialog.getByRole('combobox', { name: 'Spoken language' }).fill('Germ');
	await page.getByRole('option', { name: 'German', exact: true }).click();
	await dialog.getByRole('switch', { name: 'Send what was dictated at once' }).click();
	await choose('Voice', 'nova');
	await dialog.getByRole('slider', { name: 'Speed' }).press('ArrowRight');
	await dialog.getByRole('switch', { name: 'Read new answers aloud' }).click();
	const saved = async () =>
		(await api<{ ui: Record<string, unknown> }>(page, 'GET', '/users/user/settings')).ui;
	await expect.poll(saved).toEqual({
		audio: { stt: { engine: 'web', language: 'de' }, tts: { voice: 'nova', playbackRate: 1.25 } },
		speechAutoSend: true,
		responseAutoPlayback: true
	});
	await dialog.getByRole('button', { name: 'Listen to this voice' }).click();
	await expect
		.poll(() => spoken)
		.toEqual([{ input: 'This is how answers will sound.', voice: 'nova' }]);
	await screenshots(page, 'settings-audio');
	await page.reload();
	await expect(dialog.getByRole('combobox', { name: 'Voice', exact: true })).toHaveValue('nova');

	await choose('Speech synthesis', 'This browser');
	await choose('Voice', /Bob/);
	await expect
		.poll(saved)
		.toMatchObject({ audio: { tts: { engine: 'browser', voice: 'Bob', playbackRate: 1.25 } } });
	await dialog.getByLabel('Search settings').fill('dictated');
	await expect(dialog.getByRole('switch')).toHaveCount(1);
});

test('those who may not are offered nothing', async ({ page, browser }) => {
	await open(page);
	const before = await api<{ chat: object }>(page, 'GET', '/users/default/permissions');
	await api(page, 'POST', '/users/default/permissions', {
		...before,
		chat: { ...before.chat, stt: false, tts: false }
	});
	const model = { id: 'open-to-all', name: 'Open to all', base_model_id: 'fake-small' };
	await api(page, 'POST', '/models/create', {
		...model,
		params: {},
		meta: {},
		access_control: null,
		is_active: true
	});
	const person = await newPerson(page, 'Mute');
	const other = await browser.newPage();
	await signInAs(other, person);
	await expect(composer(other)).toBeVisible();
	await expect(dictate(other)).toHaveCount(0);
	await other.goto('/#settings');
	await expect(other.getByRole('tab', { name: 'Interface' })).toBeVisible();
	await expect(other.getByRole('tab', { name: 'Audio' })).toHaveCount(0);
	await other.close();
	await api(page, 'POST', '/users/default/permissions', before);
	await api(page, 'DELETE', `/users/${person.id}`);
	await api(page, 'POST', '/models/model/delete', { id: model.id });
});

test('administrators choose the engines', async ({ page }) => {
	await open(page, {}, { tts: { ENGINE: '' }, stt: { ENGINE: '' } });
	await page.goto('/admin/settings/audio');
	await expect(page.getByRole('textbox', { name: 'Whisper model' })).toHaveValue('base');
	await expect(page.getByRole('textbox', { name: 'API key' })).toHaveCount(0);
	await screenshots(page, 'admin-audio');
	const engines = page.getByRole('combobox', { name: 'Engine' });
	await engines.first().click();
	await page.getByRole('option', { name: 'Azure AI Speech' }).click();
	await expect(page.getByRole('textbox', { name: 'Whisper model' })).toHaveCount(0);
	await expect(page.getByRole('textbox', { name: 'Region' })).toBeVisible();
	await engines.last().click();
	await expect(page.getByRole('option', { name: 'transformers' })).toHaveCount(0);
	await page.getByRole('option', { name: 'OpenAI or compatible' }).click();
	await page.getByRole('textbox', { name: 'Voice' }).fill('echo');
	await screenshots(page, 'admin-audio-engines');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Saved').first()).toBeVisible();
	const { tts, stt } = await api<AudioConfig>(page, 'GET', '/audio/config');
	expect([stt.ENGINE, tts.ENGINE, tts.VOICE]).toEqual(['azure', 'openai', 'echo']);
});
