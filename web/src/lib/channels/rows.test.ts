import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '$lib/api/channels';
import { locate } from './locate';
import { rowsOf, toggled } from './rows';

const MINUTE = 60e9;
const noon = new Date(2026, 2, 3, 12).getTime() * 1e6;

const message = (id: string, fields: Partial<ChannelMessage> = {}): ChannelMessage => ({
	id,
	user_id: 'ann',
	channel_id: 'c',
	reply_to_id: null,
	parent_id: null,
	is_pinned: false,
	pinned_by: null,
	pinned_at: null,
	content: id,
	data: null,
	meta: null,
	created_at: noon,
	updated_at: noon,
	user: null,
	reply_to_message: null,
	latest_reply_at: null,
	reply_count: 0,
	reactions: [],
	...fields
});

const follows = (messages: ChannelMessage[]) => rowsOf(messages).map((row) => row.follows);

describe('rows of a channel', () => {
	it('begin each day', () => {
		const rows = rowsOf([
			message('a'),
			message('b', { created_at: noon + MINUTE }),
			message('c', { created_at: noon + 24 * 60 * MINUTE })
		]);
		expect(rows.map(({ day }) => day?.getDate())).toEqual([3, undefined, 4]);
	});

	it('stand together when one author writes on', () => {
		const later = (minutes: number, fields: Partial<ChannelMessage> = {}) =>
			message('x', { created_at: noon + minutes * MINUTE, ...fields });
		expect(follows([message('a'), later(2), later(9)])).toEqual([false, true, false]);
		expect(follows([message('a'), later(1, { user_id: 'bob' })])).toEqual([false, false]);
		expect(follows([message('a'), later(1, { meta: { model_id: 'm' } })])).toEqual([false, false]);
		expect(follows([message('a'), later(1, { reply_to_id: 'q' })])).toEqual([false, false]);
	});

	it('mark where new ones of others begin', () => {
		const own = message('own', { created_at: noon + 2 * MINUTE, user_id: 'me' });
		const theirs = message('theirs', { created_at: noon + 3 * MINUTE });
		const rows = rowsOf([message('a'), own, theirs], noon + MINUTE, 'me');
		expect(rows.map(({ fresh }) => fresh)).toEqual([false, false, true]);
		expect(rowsOf([message('a')], null, 'me')[0]!.fresh).toBe(false);
	});

	it('keep their key when a message gets its id', () => {
		expect(rowsOf([message('id', { temp_id: 'tmp' })])[0]!.key).toBe('tmp');
	});
});

describe('reactions', () => {
	const me = { id: 'me', name: 'Me' };
	const ann = { id: 'ann', name: 'Ann' };

	it('come and go with one click', () => {
		const one = toggled([], 'wave', me);
		expect(one).toEqual([{ name: 'wave', users: [me], count: 1 }]);
		expect(toggled(one, 'wave', me)).toEqual([]);
	});

	it('of others stay', () => {
		const theirs = [{ name: 'wave', users: [ann], count: 1 }];
		const both = toggled(theirs, 'wave', me);
		expect(both).toEqual([{ name: 'wave', users: [ann, me], count: 2 }]);
		expect(toggled(both, 'wave', me)).toEqual(theirs);
	});
});

describe('locating a moment', () => {
	const times = Array.from({ length: 1000 }, (_, index) => 5000 - index * 5);

	it('finds every entry in few steps', async () => {
		for (const index of [0, 1, 2, 63, 64, 511, 999]) {
			let asked = 0;
			const found = await locate(times[index]!, async (i) => (asked++, times[i]));
			expect(found).toBe(index);
			expect(asked).toBeLessThan(24);
		}
	});

	it('gives the next older one, and the count when there is none', async () => {
		expect(await locate(4998, async (i) => times[i])).toBe(1);
		expect(await locate(0, async (i) => times[i])).toBe(1000);
		expect(await locate(1, async () => undefined)).toBe(0);
	});
});
