/**
 * Measures what long chats and long answers cost. What counts is the time the page's thread works, times four for
 * a slow device. The figures that were found stand in docs/ui-performance.md. A machine that does other things as well
 * makes a thread work longer, so the limits are held by `make bench-web` only; what is counted is held always.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import { answers, ask, chooseModel, expect, signIn, test } from './support';

/** A device this many times slower. */
const SLOWER = 4;
/** Whether the machine is quiet, so that times mean something. */
const QUIET = process.env.TRANSOM_BENCH === '1';
const LONG_TASK_MS = 50;
const MESSAGES = 5000;
const ANSWER = 50_000;

const WORDS = 'light rain falls on the old roof while somebody counts the steps to the door'.split(
	' '
);
const sentence = (n: number) =>
	Array.from({ length: 14 }, (_, i) => WORDS[(n * 7 + i * 3) % WORDS.length]).join(' ') + '.';
const paragraph = (n: number, sentences = 4) =>
	Array.from({ length: sentences }, (_, i) => sentence(n + i)).join(' ');

/** All that answers are made of, in turn. */
function piece(n: number): string {
	switch (n % 6) {
		case 0:
			return `## Part ${n}\n\n${paragraph(n)}`;
		case 1:
			return [1, 2, 3, 4].map((i) => `- **${WORDS[i]}** ${sentence(n + i)}`).join('\n');
		case 2:
			return (
				'```python\n' +
				`def f${n}(x):\n    """${sentence(n)}"""\n    return x ** ${n}\n`.repeat(4) +
				'```'
			);
		case 3:
			return `| a | b |\n|---|--:|\n${[1, 2, 3].map((i) => `| ${sentence(n + i).slice(0, 20)} | ${i} |`).join('\n')}`;
		case 4:
			return `> ${sentence(n)}\n\nSo \`x${n}\` is [a link](/c/${n}) and *so on*.`;
		default:
			return paragraph(n, 6);
	}
}

function longText(length: number): string {
	let text = '';
	for (let n = 0; text.length < length; n++) text += `${piece(n)}\n\n`;
	return text.slice(0, length);
}

function longChat() {
	const messages: Record<string, object> = {};
	for (let n = 0; n < MESSAGES; n++) {
		const question = n % 2 === 0;
		messages[`m${n}`] = {
			id: `m${n}`,
			parentId: n ? `m${n - 1}` : null,
			childrenIds: n < MESSAGES - 1 ? [`m${n + 1}`] : [],
			role: question ? 'user' : 'assistant',
			content: question ? sentence(n) : `${piece(n)}\n\n${piece(n + 1)}`,
			timestamp: 1_700_000_000 + n,
			...(question ? { models: ['fake-small'] } : { model: 'fake-small', done: true })
		};
	}
	const history = { currentId: `m${MESSAGES - 1}`, messages };
	return {
		title: 'Five thousand messages',
		models: ['fake-small'],
		history,
		params: {},
		files: []
	};
}

async function headers(page: Page) {
	const token = await page.evaluate(() => localStorage.getItem('token'));
	return { Authorization: `Bearer ${token}` };
}

// Recording what a test does reads the whole page again and again.
test.use({ trace: 'off' });

interface Work {
	/** Of each task, in milliseconds of the slow device; the longest first. */
	tasks: number[];
	total: number;
	/** Frames that were drawn. */
	frames: number;
}

/** How long the page's thread works while something is done. */
async function work(browser: Browser, page: Page, action: () => Promise<unknown>): Promise<Work> {
	const categories = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
	await browser.startTracing(page, { categories, screenshots: false });
	await action();
	const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
		traceEvents: {
			name: string;
			ph: string;
			pid: number;
			tid: number;
			tdur?: number;
			args?: { name?: string };
		}[];
	};
	const mains = traceEvents.filter(
		(e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain'
	);
	const perMain = mains.map(({ pid, tid }) => {
		const own = traceEvents.filter((e) => e.pid === pid && e.tid === tid);
		const tasks = own
			.filter((e) => e.name === 'RunTask' && e.ph === 'X')
			.map((e) => ((e.tdur ?? 0) / 1000) * SLOWER);
		const frames = own.filter((e) => e.name === 'BeginMainThreadFrame').length;
		return { tasks, frames, total: tasks.reduce((a, b) => a + b, 0) };
	});
	const busiest = perMain.sort((a, b) => b.total - a.total)[0]!;
	return { ...busiest, tasks: busiest.tasks.sort((a, b) => b - a) };
}

const long = ({ tasks }: Work) => tasks.filter((t) => t > LONG_TASK_MS);
const ms = (value: number) => `${value.toFixed(0)} ms`;

test('a chat of five thousand messages opens at once and scrolls smoothly', async ({
	page,
	browser
}) => {
	test.slow();
	await signIn(page);
	const created = await page.request.post('/api/v1/chats/new', {
		headers: await headers(page),
		data: { chat: longChat() }
	});
	const { id } = await created.json();
	await page.reload();
	await page.getByRole('navigation', { name: 'Chats' }).locator(`a[href="/c/${id}"]`).waitFor();
	await page.waitForLoadState('networkidle');

	const opening = await work(browser, page, () =>
		page.evaluate(
			(href) =>
				new Promise<void>((resolve) => {
					const look = () => {
						const last = [...document.querySelectorAll('article[data-message]')].at(-1);
						const shown = last?.querySelector('.prose-chat[data-ready=true] .md-block');
						if (shown) requestAnimationFrame(() => setTimeout(resolve));
						else setTimeout(look, 20);
					};
					document.querySelector<HTMLElement>(`a[href="${href}"]`)!.click();
					look();
				}),
			`/c/${id}`
		)
	);
	await page.waitForTimeout(1500);

	// A reader's pace upwards: 25 px each frame, 1,500 px a second.
	const scrolling = await work(browser, page, () =>
		page.evaluate(async () => {
			const box = document.querySelector<HTMLElement>('[aria-label="Messages"]')!;
			for (let n = 0; n < 360; n++) {
				box.scrollBy(0, -25);
				await new Promise(requestAnimationFrame);
			}
		})
	);
	const rows = await page.locator('article[data-message]').count();
	const perFrame = scrolling.total / 360;
	console.log(
		`long chat: opening works ${ms(opening.total)}, longest task ${ms(opening.tasks[0]!)}; scrolling works ` +
			`${perFrame.toFixed(1)} ms a frame, longest ${ms(scrolling.tasks[0]!)}, ` +
			`${long(scrolling).length} over ${LONG_TASK_MS} ms; ${rows} messages in the page`
	);
	expect(rows).toBeLessThan(60);
	if (!QUIET) return;
	expect(opening.total).toBeLessThan(1000);
	expect(perFrame).toBeLessThan(16.7);
});

/** A model server that writes a long text at an even pace. */
async function startWriter(text: string): Promise<{ server: Server; url: string }> {
	const server = createServer((request, response) => {
		if (request.url?.endsWith('/models')) {
			response.setHeader('Content-Type', 'application/json');
			response.end(JSON.stringify({ object: 'list', data: [{ id: 'writer', object: 'model' }] }));
			return;
		}
		let body = '';
		request.on('data', (part) => (body += part));
		request.on('end', () => {
			if (!JSON.parse(body || '{}').stream) {
				response.setHeader('Content-Type', 'application/json');
				response.end(
					JSON.stringify({ choices: [{ message: { role: 'assistant', content: '{}' } }] })
				);
				return;
			}
			response.setHeader('Content-Type', 'text/event-stream');
			let at = 0;
			const timer = setInterval(() => {
				const content = text.slice(at, (at += 60));
				response.write(
					`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
				);
				if (at < text.length) return;
				clearInterval(timer);
				response.end('data: [DONE]\n\n');
			}, 16);
			response.on('close', () => clearInterval(timer));
		});
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

test('an answer of fifty thousand letters is written without a hitch', async ({
	page,
	browser
}) => {
	test.slow();
	await signIn(page);
	const text = longText(ANSWER);
	const { server, url } = await startWriter(text);
	const auth = { headers: await headers(page) };
	const before = await (await page.request.get('/openai/config', auth)).json();
	try {
		await page.request.post('/openai/config/update', {
			...auth,
			data: {
				...before,
				OPENAI_API_BASE_URLS: [...before.OPENAI_API_BASE_URLS, url],
				OPENAI_API_KEYS: [...before.OPENAI_API_KEYS, 'x']
			}
		});
		await page.request.get('/api/models?refresh=true', auth);
		await page.reload();
		await chooseModel(page, 'writer');
		// What the page fetches once is not what is measured.
		await ask(page, 'Warm up');
		await expect(answers(page).last()).toContainText('Part 6');
		await page.getByRole('button', { name: 'Stop answering' }).click();
		await expect(page.locator('[aria-busy=true]')).toHaveCount(0);

		const start = Date.now();
		const writing = await work(browser, page, async () => {
			await ask(page, 'Write');
			// One question that the page answers itself: asking again and again would be work, too.
			await page.evaluate(
				() =>
					new Promise<void>((resolve) => {
						const timer = setInterval(() => {
							const all = document.querySelectorAll('article[aria-busy]');
							const last = all[all.length - 1];
							if (all.length < 2 || last?.getAttribute('aria-busy') !== 'false') return;
							clearInterval(timer);
							setTimeout(resolve, 500);
						}, 250);
					})
			);
		});
		const seconds = (Date.now() - start) / 1000;
		expect((await answers(page).last().textContent())!.length).toBeGreaterThan(30_000);
		const atEnd = await page
			.getByRole('region', { name: 'Messages' })
			.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);
		console.log(
			`long answer: ${text.length} letters in ${seconds.toFixed(1)} s and ${writing.frames} frames; the page works ` +
				`${((writing.total / seconds / 1000) * 100).toFixed(0)}% of the time, longest tasks ` +
				`${writing.tasks.slice(0, 5).map(ms).join(', ')}; ${long(writing).length} over ${LONG_TASK_MS} ms`
		);
		expect(atEnd).toBeLessThan(2);
		if (QUIET) expect(writing.tasks[0]).toBeLessThan(2 * LONG_TASK_MS);
	} finally {
		await page.request.post('/openai/config/update', { ...auth, data: before });
		await page.request.get('/api/models?refresh=true', auth);
		await chooseModel(page, 'fake-small').catch(() => {});
		server.close();
	}
});
