/**
 * The main screens as they are read out (`*.aria.yml`), and some as they look (`*.png`). On purpose different?
 * `npm run e2e -- --update-snapshots -g "a fresh server|looks and reads"`, and look at what has changed. Addresses of
 * chats are new on every server: they are written as patterns, `/url: /\/c\/.+/`.
 */
import type { Page } from '@playwright/test';
import { clearScene } from './scene';
import { answers, api, composer, expect, list, signIn, test } from './support';

/** The day on which everything here happens, so that no date and no greeting ever changes. */
const NOW = Date.parse('2026-03-02T10:00:00Z');
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

test.use({ timezoneId: 'UTC' });

const ANSWER = `Bees *sleep* at **night**, see \`hive.py\`:

\`\`\`python
def count(hive: list[str]) -> int:
    return len(hive)  # all of them
\`\`\`

| Kind | Number |
|:-----|-------:|
| Queen | 1 |
| Worker | 20000 |

1. Close the hive.
2. Wait for $t > 0$.

> They sting.`;

async function importChat(page: Page, title: string, at: number, answer: string) {
	const timestamp = at / 1000;
	const model = { model: 'fake-small', modelName: 'fake-small' };
	const base = { timestamp, done: true };
	const messages = {
		q: {
			...base,
			id: 'q',
			parentId: null,
			childrenIds: ['a'],
			role: 'user',
			content: 'How do bees sleep?'
		},
		a: {
			...base,
			...model,
			id: 'a',
			parentId: 'q',
			childrenIds: [],
			role: 'assistant',
			content: answer
		}
	};
	const chat = { title, models: ['fake-small'], history: { currentId: 'a', messages } };
	const [made] = await api<{ id: string }[]>(page, 'POST', '/chats/import', {
		chats: [{ chat, created_at: timestamp, updated_at: timestamp }]
	});
	return made!.id;
}

const HOUR = 3_600_000;
const PEOPLE = [
	{ name: 'Ada Lovelace', email: 'ada@example.com', role: 'admin', days: 90 },
	{ name: 'Alan Turing', email: 'alan@example.com', role: 'user', days: 40 },
	{ name: 'Grace Hopper', email: 'grace@example.com', role: 'pending', days: 2 }
].map(({ days, ...person }, index) => ({
	...person,
	id: `person-${index}`,
	profile_image_url: '/user.png',
	created_at: NOW / 1000 - days * 86_400,
	updated_at: NOW / 1000 - days * 86_400,
	last_active_at: NOW / 1000 - index * 7_200,
	group_ids: []
}));
const NOTES = ['Honey', 'Wax'].map((title, index) => ({
	id: `note-${index}`,
	user_id: 'person-1',
	title,
	data: { content: { md: `${title} keeps for **years**.`, html: '', json: null } },
	meta: null,
	access_control: {},
	created_at: (NOW - index * HOUR) * 1_000_000,
	updated_at: (NOW - index * HOUR) * 1_000_000,
	user: PEOPLE[1]
}));

let chat = '';

/** Chats of that day, and lists whose dates the server would set. */
async function stage(page: Page) {
	await signIn(page);
	if (!chat) {
		await clearScene(page);
		await importChat(page, 'An old matter', NOW - 500 * HOUR, 'Done.');
		await importChat(page, 'Bread', NOW - 24 * HOUR, 'Flour.');
		chat = await importChat(page, 'Bees', NOW - HOUR, ANSWER);
	}
	await page.clock.setFixedTime(NOW);
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await page.route(/\/api\/v1\/users\/(\?.*)?$/, (route) =>
		route.fulfill({ json: { users: PEOPLE, total: PEOPLE.length } })
	);
	await page.route(/\/api\/v1\/notes\/search/, (route) =>
		route.fulfill({ json: { items: NOTES, total: NOTES.length } })
	);
}

interface Screen {
	name: string;
	go: (page: Page) => Promise<unknown>;
	/** What is read out: the whole page when left out. */
	part?: 'main' | 'dialog';
	only?: 'narrow';
	/** Its picture is compared, too. */
	looks?: true;
}

const SCREENS: Screen[] = [
	{
		name: 'new-chat',
		looks: true,
		go: async (page) => {
			await page.goto('/?model=fake-small');
			await expect(page.getByRole('heading', { name: 'Good morning, Ada' })).toBeVisible();
		}
	},
	{
		name: 'chat',
		looks: true,
		part: 'main',
		go: async (page) => {
			await page.goto(`/c/${chat}`);
			await expect(answers(page).locator('.katex').first()).toBeVisible();
			await expect(answers(page).locator('.hljs-keyword').first()).toBeVisible();
		}
	},
	{
		name: 'drawer',
		only: 'narrow',
		go: async (page) => {
			await page.goto(`/c/${chat}`);
			await page.getByRole('button', { name: 'Open sidebar' }).click();
			await expect(list(page).getByRole('link', { name: 'Bees' })).toBeVisible();
		}
	},
	{
		name: 'settings',
		part: 'dialog',
		go: async (page) => {
			await page.goto('/#settings/general');
			await expect(page.getByRole('dialog')).toBeVisible();
		}
	},
	{
		name: 'users',
		part: 'main',
		go: async (page) => {
			await page.goto('/admin/users/overview');
			await expect(page.getByText('alan@example.com').filter({ visible: true })).toBeVisible();
		}
	},
	{
		name: 'notes',
		looks: true,
		part: 'main',
		go: async (page) => {
			await page.goto('/notes');
			await expect(page.getByRole('link', { name: 'Honey' })).toBeVisible();
		}
	}
];

/**
 * Each screen is read out once. What it looks like is compared where it matters most, wide and light, narrow and
 * dark: pictures are large, and many of them are looked at by nobody.
 */
async function compare(page: Page, { name, only, part, looks }: Omit<Screen, 'go'>) {
	const root = part ? page.getByRole(part) : page.locator('body');
	await expect.soft(root).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
	if (!looks) return;
	for (const [view, colorScheme] of [
		[WIDE, 'light'],
		[NARROW, 'dark']
	] as const) {
		if (only === 'narrow' && view === WIDE) continue;
		await page.setViewportSize(view);
		await page.emulateMedia({ colorScheme });
		await expect(page.locator('html.dark')).toHaveCount(colorScheme === 'dark' ? 1 : 0);
		await page.evaluate(() => document.fonts.ready);
		await expect.soft(page).toHaveScreenshot(`${name}-${view.width}-${colorScheme}.png`);
	}
	await page.emulateMedia({ colorScheme: 'light' });
}

test('the front door looks and reads as it should', async ({ page }) => {
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await page.goto('/auth');
	await expect(page.getByRole('heading', { name: /^Sign in/ })).toBeVisible();
	await compare(page, { name: 'sign-in', looks: true });
});

for (const screen of SCREENS) {
	test(`${screen.name} looks and reads as it should`, async ({ page }) => {
		await page.setViewportSize(screen.only === 'narrow' ? NARROW : WIDE);
		await stage(page);
		await screen.go(page);
		await page.waitForLoadState('networkidle');
		await composer(page).evaluateAll(([area]) => (area as HTMLElement | undefined)?.blur());
		await compare(page, screen);
	});
}

test.afterAll(async ({ browser }) => {
	const page = await browser.newPage();
	await signIn(page);
	await clearScene(page);
	await page.close();
});
