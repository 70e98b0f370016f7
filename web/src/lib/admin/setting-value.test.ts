import { describe, expect, it } from 'vitest';
import type { Setting } from '$lib/api/server-settings';
import { matches, textOf, valueOf } from './setting-value';

const type = (type: Setting['type'], optional = false) => ({ type, optional });

describe('valueOf', () => {
	it('reads numbers and refuses what is none', () => {
		expect(valueOf(type('int'), ' 12 ')).toEqual({ value: 12 });
		expect(valueOf(type('int'), '1.5')).toEqual({ problem: 'number' });
		expect(valueOf(type('float'), '1.5')).toEqual({ value: 1.5 });
		expect(valueOf(type('int'), '')).toEqual({ problem: 'number' });
		expect(valueOf(type('int', true), '')).toEqual({ value: null });
	});

	it('reads JSON, lists and texts', () => {
		expect(valueOf(type('json'), '[1]')).toEqual({ value: [1] });
		expect(valueOf(type('json'), '[')).toEqual({ problem: 'json' });
		expect(valueOf(type('list'), 'a, b\n\nc')).toEqual({ value: ['a', 'b', 'c'] });
		expect(valueOf(type('text'), ' as it is ')).toEqual({ value: ' as it is ' });
		expect(valueOf(type('url'), ' http://x ')).toEqual({ value: 'http://x' });
		expect(valueOf(type('bool'), 'True')).toEqual({ value: true });
	});
});

it('shows values as text', () => {
	expect([null, ['a', 'b'], [{ a: 1 }], {}, false, 3].map(textOf)).toEqual([
		'',
		'a, b',
		'[{"a":1}]',
		'{}',
		'false',
		'3'
	]);
});

it('finds settings by any of their words', () => {
	const setting = {
		name: 'ENABLE_SIGNUP',
		key: 'ui.enable_signup',
		help: 'Lets visitors sign up.'
	} as Setting;
	expect(matches(setting, 'Registrieren', 'signup visitors')).toBe(true);
	expect(matches(setting, 'Registrieren', 'registrieren')).toBe(true);
	expect(matches(setting, '', 'enable signup')).toBe(true);
	expect(matches(setting, '', 'webhook')).toBe(false);
});
