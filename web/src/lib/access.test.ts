import { describe, expect, it } from 'vitest';
import { controlOf, entriesOf, isPrivate, isPublic } from './access';

describe('access', () => {
	it('knows everybody from nobody', () => {
		expect([isPublic(null), isPublic(undefined), isPublic({})]).toEqual([true, true, false]);
		expect([isPrivate(null), isPrivate({}), isPrivate({ read: { group_ids: [] } })]).toEqual([
			false,
			true,
			true
		]);
		expect(isPrivate({ read: { user_ids: ['u'] } })).toBe(false);
	});

	it('reads each once, with the most they may do', () => {
		const control = {
			read: { group_ids: ['g', 'h'], user_ids: ['u'] },
			write: { group_ids: ['h'], user_ids: ['v'] }
		};
		expect(entriesOf(control)).toEqual([
			{ kind: 'group', id: 'g', level: 'read' },
			{ kind: 'group', id: 'h', level: 'write' },
			{ kind: 'user', id: 'u', level: 'read' },
			{ kind: 'user', id: 'v', level: 'write' }
		]);
	});

	it('lets those who may change a thing use it too', () => {
		expect(
			controlOf([
				{ kind: 'group', id: 'g', level: 'write' },
				{ kind: 'user', id: 'u', level: 'read' }
			])
		).toEqual({
			read: { group_ids: ['g'], user_ids: ['u'] },
			write: { group_ids: ['g'], user_ids: [] }
		});
		expect(controlOf([])).toEqual({});
	});

	it('comes back as it went', () => {
		const entries = entriesOf({ read: { group_ids: ['a'] }, write: { user_ids: ['b'] } });
		expect(entriesOf(controlOf(entries))).toEqual(entries);
	});
});
