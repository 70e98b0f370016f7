import { afterEach, describe, expect, it, vi } from 'vitest';
import {
	SHORTCUTS,
	bindShortcuts,
	keyNames,
	keysOf,
	matches,
	press,
	type Press
} from './shortcuts';

const key = (key: string, more: Partial<Press> = {}): Press => ({
	key,
	code: '',
	ctrlKey: false,
	metaKey: false,
	shiftKey: false,
	altKey: false,
	...more
});
const ctrl = { ctrlKey: true };

describe('matches', () => {
	it('wants exactly the modifiers', () => {
		expect(matches('mod+k', key('k', ctrl), false)).toBe(true);
		expect(matches('mod+k', key('K', { ...ctrl, shiftKey: true }), false)).toBe(false);
		expect(matches('mod+k', key('k', { ...ctrl, altKey: true }), false)).toBe(false);
		expect(matches('mod+k', key('k'), false)).toBe(false);
		expect(matches('mod+shift+o', key('O', { ...ctrl, shiftKey: true }), false)).toBe(true);
	});

	it('takes Command on a Mac and Control elsewhere', () => {
		expect(matches('mod+k', key('k', { metaKey: true }), true)).toBe(true);
		expect(matches('mod+k', key('k', ctrl), true)).toBe(false);
		expect(matches('mod+k', key('k', { metaKey: true }), false)).toBe(false);
	});

	it('finds signs that Shift turns into others', () => {
		const quote = key('"', { ...ctrl, shiftKey: true, code: 'Quote' });
		expect(matches("mod+shift+'", quote, false)).toBe(true);
	});

	it('finds signs that a layout writes with Shift', () => {
		expect(matches('mod+/', key('/', { ...ctrl, shiftKey: true, code: 'Digit7' }), false)).toBe(
			true
		);
	});

	it('finds letters on keyboards of other scripts', () => {
		expect(matches('mod+k', key('л', { ...ctrl, code: 'KeyK' }), false)).toBe(true);
		expect(
			matches('mod+k', key('t', { ...ctrl, code: 'KeyK' }), false),
			'another Latin layout'
		).toBe(false);
	});
});

describe('press', () => {
	let unbind = () => {};
	afterEach(() => unbind());
	const event = (init: KeyboardEventInit) =>
		new KeyboardEvent('keydown', { ...init, cancelable: true });

	it('runs what is bound, and only that', () => {
		const search = vi.fn();
		unbind = bindShortcuts({ search });
		const hit = event({ key: 'k', ctrlKey: true });
		expect(press(hit)).toBe(true);
		expect(hit.defaultPrevented).toBe(true);
		expect(press(event({ key: '.', ctrlKey: true }))).toBe(false);
		unbind();
		expect(press(event({ key: 'k', ctrlKey: true }))).toBe(false);
		expect(search).toHaveBeenCalledOnce();
	});

	it('leaves a key alone when there is nothing to do', () => {
		unbind = bindShortcuts({ stop: () => false });
		const escape = event({ key: 'Escape' });
		expect(press(escape)).toBe(false);
		expect(escape.defaultPrevented).toBe(false);
	});

	it('does not unbind what somebody else bound since', () => {
		const [first, second] = [vi.fn(), vi.fn()];
		const back = bindShortcuts({ search: first });
		unbind = bindShortcuts({ search: second });
		back();
		press(event({ key: 'k', ctrlKey: true }));
		expect(second).toHaveBeenCalledOnce();
	});
});

describe('the list', () => {
	it('holds no id twice', () => {
		const ids = SHORTCUTS.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});

	it('names keys as they are printed', () => {
		expect(keyNames('mod+shift+backspace', false)).toEqual(['Ctrl', 'Shift', 'Backspace']);
		expect(keyNames('mod+shift+backspace', true)).toEqual(['⌘', '⇧', '⌫']);
		expect(keysOf('search', false)).toBe('Ctrl K');
		expect(keysOf('search', true)).toBe('⌘K');
	});
});
