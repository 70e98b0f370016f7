/** One of everything, for tests that look at every page: chats, a folder, notes, people, models, prompts. */
import type { Page } from '@playwright/test';
import { api, makeChats, newPerson } from './support';

export interface Scene {
	/** A chat whose answer holds all that an answer can hold. */
	rich: string;
	/** Two answers side by side. */
	twins: string;
	/** An answer that failed, and one that was interrupted. */
	broken: string;
	/** Its address as it is shared. */
	shared: string;
	folder: string;
	note: string;
	group: string;
	channel: string;
	/** A message of the channel that has been answered. */
	topic: string;
	/** Somebody who waits to be let in. */
	waiting: { id: string; name: string; email: string; password: string };
}

const PIXEL =
	'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const RICH = `<details type="reasoning" done="true" duration="3">
<summary>Thought for 3 seconds</summary>
> Bees sleep at night.
</details>
# Bees

They *sleep* at **night**[1], see [the handbook](https://example.com/bees) and \`hive.py\`.[^one]

## Code

\`\`\`python
# Count them
def count(hive: list[str]) -> int:
    """How many."""
    return len(hive) + 0
\`\`\`

\`\`\`html
<p>Bees</p>
\`\`\`

\`\`\`diff
- old
+ new
\`\`\`

## Table

| Kind | Number | Note |
|:-----|-------:|:----:|
| Queen | 1 | lays |
| Worker | 20000 | flies |

## Formula

Inline $e^{i\\pi}+1=0$ and

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

- [x] done
- [ ] open

1. one
2. two

> Quoted words.

> [!WARNING]
> They sting.

<details><summary>More</summary>

Hidden **words**

</details>

![A red dot](${PIXEL})

[^one]: A file.
`;

const now = () => Math.floor(Date.now() / 1000);

type Said = Record<string, unknown> & { id: string; parentId: string | null };

/** A chat out of its messages; the last one is shown. */
async function chatOf(page: Page, title: string, said: Said[]): Promise<string> {
	const timestamp = now();
	const messages = Object.fromEntries(
		said.map((message) => [
			message.id,
			{
				timestamp,
				done: true,
				...message,
				childrenIds: said.filter((other) => other.parentId === message.id).map(({ id }) => id)
			}
		])
	);
	const history = { currentId: said.at(-1)!.id, messages };
	const chat = { title, models: ['fake-small'], history };
	const [made] = await api<{ id: string }[]>(page, 'POST', '/chats/import', {
		chats: [{ chat, created_at: timestamp, updated_at: timestamp }]
	});
	return made!.id;
}

const question = (id: string, content: string, more = {}): Said => ({
	id,
	parentId: null,
	role: 'user',
	content,
	...more
});
const answer = (id: string, parentId: string, content: string, more = {}): Said => ({
	id,
	parentId,
	role: 'assistant',
	model: 'fake-small',
	modelName: 'fake-small',
	content,
	...more
});

const SOURCES = [
	{
		source: { name: 'The handbook', type: 'file' },
		document: ['Bees sleep at night.', 'So do wasps.'],
		metadata: [{ source: 'handbook.txt', name: 'handbook.txt' }, { source: 'wasps.txt' }],
		distances: [0.8, 0.4]
	}
];
const STEPS = [
	{ action: 'web_search', description: 'Searching the web', done: false },
	{ action: 'web_search', description: 'Searched {{count}} sites', urls: ['a', 'b'], done: true }
];

async function makeRich(page: Page) {
	return chatOf(page, 'Bees', [
		question('q1', 'How do bees sleep?', {
			files: [{ type: 'image', url: PIXEL, name: 'dot.png' }]
		}),
		answer('a1', 'q1', RICH, {
			sources: SOURCES,
			statusHistory: STEPS,
			followUps: ['And wasps?', 'And ants?'],
			usage: { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 }
		})
	]);
}

const makeTwins = (page: Page) =>
	chatOf(page, 'Two minds', [
		question('q1', 'Which one?', { models: ['fake-small', 'fake-large'] }),
		answer('a1', 'q1', 'This one.', { modelIdx: 0 }),
		answer('a2', 'q1', 'That one.', {
			model: 'fake-large',
			modelName: 'fake-large',
			modelIdx: 1
		})
	]);

const makeBroken = (page: Page) =>
	chatOf(page, 'Bad luck', [
		question('q1', 'Will it work?'),
		answer('a0', 'q1', 'A first try.'),
		answer('a1', 'q1', '', { error: { content: 'The model has gone away.' } }),
		{ ...question('q2', 'And now?'), parentId: 'a1' },
		answer('a2', 'q2', 'Half of an', { interrupted: true })
	]);

/** Channels are off by default. */
export const switchChannels = (page: Page, on: boolean) =>
	on
		? api(page, 'POST', '/transom/settings/ENABLE_CHANNELS', { value: true })
		: api(page, 'DELETE', '/transom/settings/ENABLE_CHANNELS');

export async function clearChannels(page: Page) {
	await switchChannels(page, true);
	for (const { id } of await api<{ id: string }[]>(page, 'GET', '/channels/list'))
		await api(page, 'DELETE', `/channels/${id}/delete`);
	await switchChannels(page, false);
}

/** A channel, a group and a conversation of two; in the channel all that a message can hold. */
async function makeChannels(page: Page, member: string) {
	await switchChannels(page, true);
	const make = (body: object) => api<{ id: string }>(page, 'POST', '/channels/create', body);
	const { id } = await make({ name: 'hive', description: 'All about the bees' });
	await make({ name: 'Harvest', type: 'group', user_ids: [member] });
	await make({ name: '', type: 'dm', user_ids: [member] });
	const say = (content: string, more: object = {}) =>
		api<{ id: string }>(page, 'POST', `/channels/${id}/messages/post`, { content, ...more });
	const topic = await say('Who looks after the **hive** in `June`?');
	await say('I do, as last year', { parent_id: topic.id });
	await say('And I bring the ladder', { parent_id: topic.id });
	await say(`Thank you, <@U:${member}|Karl>`, { reply_to_id: topic.id });
	const pinned = await say('- veil\n- gloves\n- smoker\n\n```python\nready = True\n```');
	await api(page, 'POST', `/channels/${id}/messages/${pinned.id}/pin`, { is_pinned: true });
	await api(page, 'POST', `/channels/${id}/messages/${topic.id}/reactions/add`, { name: 'bee' });
	return { channel: id, topic: topic.id };
}

/** Takes away what an earlier run, or another test, has left. */
export async function clearScene(page: Page) {
	const folders = await api<{ id: string; parent_id: string | null }[]>(page, 'GET', '/folders/');
	for (const { id } of folders.filter((f) => !f.parent_id))
		await api(page, 'DELETE', `/folders/${id}?delete_contents=true`);
	await api(page, 'DELETE', '/chats/');
	for (const { id } of await api<{ id: string }[]>(page, 'GET', '/notes/'))
		await api(page, 'DELETE', `/notes/${id}/delete`);
	for (const { id, name } of await api<{ id: string; name: string }[]>(page, 'GET', '/groups/'))
		if (name === 'Beekeepers') await api(page, 'DELETE', `/groups/id/${id}/delete`);
	await clearChannels(page);
	const { users } = await api<{ users: { id: string; name: string }[] }>(page, 'GET', '/users/all');
	for (const { id, name } of users)
		if (name === 'Karl' || name === 'Otto') await api(page, 'DELETE', `/users/${id}`);
	await api(page, 'POST', '/models/model/delete', { id: 'bee-expert' }).catch(() => {});
	await api(page, 'DELETE', '/prompts/command/bees/delete').catch(() => {});
	await api(page, 'DELETE', '/evaluations/feedbacks/all');
	await api(page, 'POST', '/users/user/settings/update', { ui: {} });
	await api(page, 'DELETE', '/memories/delete/user');
}

/** A model and a prompt of the workspace, and what somebody thought of an answer. */
async function makeLibrary(page: Page) {
	await api(page, 'POST', '/models/create', {
		id: 'bee-expert',
		name: 'Bee expert',
		base_model_id: 'fake-small',
		meta: { description: 'Knows bees.', tags: [{ name: 'nature' }] },
		params: { system: 'You know bees.' },
		access_control: null,
		is_active: true
	});
	await api(page, 'POST', '/prompts/create', {
		command: '/bees',
		title: 'About bees',
		content: 'Tell {{reader | select:options=["experts","children"]}} about {{topic}}.',
		access_control: null
	});
	await api(page, 'POST', '/evaluations/feedback', {
		type: 'rating',
		data: {
			rating: 1,
			model_id: 'fake-small',
			sibling_model_ids: ['fake-large'],
			comment: 'Clear',
			tags: ['bees']
		},
		meta: { arena: true, chat_id: 'none' }
	});
}

export async function makeScene(page: Page): Promise<Scene> {
	await clearScene(page);
	const folder = await api<{ id: string }>(page, 'POST', '/folders/', {
		name: 'Garden',
		data: { system_prompt: 'Answer like a gardener.', files: [] }
	});
	const [inside, pinned, archived] = await makeChats(page, ['Boats', 'Bread', 'Birds']);
	await api(page, 'POST', `/chats/${inside}/folder`, { folder_id: folder.id });
	await api(page, 'POST', `/chats/${pinned}/pin`);
	await api(page, 'POST', `/chats/${archived}/archive`);
	const [broken, twins] = [await makeBroken(page), await makeTwins(page)];
	const rich = await makeRich(page);
	await api(page, 'POST', `/chats/${rich}/tags`, { name: 'nature' });
	const shared = await api<{ id: string }>(page, 'POST', `/chats/${rich}/share`);

	const note = await api<{ id: string }>(page, 'POST', '/notes/create', {
		title: 'Honey',
		data: { content: { md: '## Harvest\n\nIn **June**.\n\n- [ ] jars', html: '', json: null } },
		access_control: {}
	});
	await api(page, 'POST', '/notes/create', {
		title: 'Wax',
		data: { content: { md: 'Melts at 64 °C.', html: '', json: null } },
		access_control: {}
	});
	const member = await newPerson(page, 'Karl');
	const group = await api<{ id: string }>(page, 'POST', '/groups/create', {
		name: 'Beekeepers',
		description: 'They keep bees'
	});
	await api(page, 'POST', `/groups/id/${group.id}/users/add`, { user_ids: [member.id] });
	const waiting = await newPerson(page, 'Otto', 'pending');
	const channels = await makeChannels(page, member.id);
	await makeLibrary(page);
	// Also what stands in the sidebar and in the settings.
	await api(page, 'POST', '/users/user/settings/update', {
		ui: { pinnedModels: ['fake-small', 'bee-expert'] }
	});
	await api(page, 'POST', '/memories/add', { content: 'I keep two hives.' });
	return {
		rich,
		twins,
		broken,
		shared: shared.id,
		folder: folder.id,
		note: note.id,
		group: group.id,
		...channels,
		waiting
	};
}
