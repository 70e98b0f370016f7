import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '$lib/api/channels';
import { Feed } from './feed.svelte';

const said = (n: number, more: Partial<ChannelMessage> = {}) =>
	({
		id: `m${n}`,
		content: `Message ${n}`,
		created_at: n,
		updated_at: n,
		reactions: [],
		...more
	}) as unknown as ChannelMessage;

/** A channel of which the server tells nothing by itself. */
function quiet(count: number) {
	const all = Array.from({ length: count }, (_, n) => said(n + 1));
	const newest = () => all.toReversed();
	const feed = new Feed(async (skip, limit) => newest().slice(skip, skip + limit));
	return { feed, say: (message: ChannelMessage) => void all.push(message) };
}
const ids = ({ messages }: Feed) => messages.map(({ id }) => id);

describe('catching up', () => {
	it('adds what was said since, in its order', async () => {
		const { feed, say } = quiet(2);
		await feed.toEnd();
		say(said(3));
		say(said(4));
		await feed.catchUp();
		await feed.catchUp();
		expect(ids(feed)).toEqual(['m1', 'm2', 'm3', 'm4']);
	});

	it('waits for the first page', async () => {
		const { feed, say } = quiet(1);
		const first = feed.toEnd();
		const caughtUp = feed.catchUp();
		await first;
		say(said(2));
		await caughtUp;
		expect(ids(feed)).toEqual(['m1', 'm2']);
	});

	it('leaves a jump to an old message alone, and keeps count of what is newer', async () => {
		const { feed, say } = quiet(200);
		await feed.toEnd();
		const jump = feed.show(20);
		const caughtUp = feed.catchUp();
		await Promise.all([jump, caughtUp]);
		expect(ids(feed)).toContain('m20');
		expect(feed.newer).toBe(true);
		const before = ids(feed);
		for (let n = 201; n <= 230; n++) say(said(n));
		await feed.catchUp();
		expect(ids(feed)).toEqual(before);
		while (feed.newer) await feed.loadNewer();
		const [first, ...rest] = feed.messages.map(({ created_at }) => created_at);
		expect(rest).toEqual(rest.map((_, n) => first! + n + 1));
		expect(rest.at(-1)).toBe(230);
	});

	it('shows once what was being sent meanwhile', async () => {
		const { feed, say } = quiet(1);
		await feed.toEnd();
		feed.begin(said(99, { id: 'temp', temp_id: 'temp' }));
		say(said(2));
		await feed.catchUp();
		feed.confirm('temp', said(2));
		expect(ids(feed)).toEqual(['m1', 'm2']);
	});

	it('does not bring back what was removed', async () => {
		const { feed, say } = quiet(1);
		await feed.toEnd();
		say(said(2));
		feed.remove(said(2));
		await feed.catchUp();
		expect(ids(feed)).toEqual(['m1']);
	});

	it('shows the newest page when too much was said', async () => {
		const { feed, say } = quiet(1);
		await feed.toEnd();
		for (let n = 2; n <= 80; n++) say(said(n));
		await feed.catchUp();
		expect(feed.messages.at(-1)!.id).toBe('m80');
	});
});
