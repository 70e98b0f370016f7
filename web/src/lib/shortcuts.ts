/**
 * What the keyboard can do, in one list. Whoever can do a thing binds it while it is there; one listener
 * in the frame of the page (`+layout.svelte`) runs what is bound. The help sheet shows this list.
 */
import { msg, type MessageKey } from '$lib/i18n/index.svelte';

export type ShortcutArea = 'general' | 'chat' | 'composer';

export interface Shortcut {
	id: string;
	/** `mod` is Ctrl, or ⌘ on a Mac. Parts are joined by `+`, the key last. */
	keys: string;
	label: MessageKey;
	area: ShortcutArea;
	/** Handled where it is pressed; it stands here for the help sheet. */
	shownOnly?: boolean;
}

const LIST = [
	{ id: 'newChat', keys: 'mod+shift+o', label: msg('shortcuts.newChat'), area: 'general' },
	{
		id: 'newTemporaryChat',
		keys: "mod+shift+'",
		label: msg('shortcuts.newTemporaryChat'),
		area: 'general'
	},
	{ id: 'search', keys: 'mod+k', label: msg('shortcuts.search'), area: 'general' },
	{ id: 'settings', keys: 'mod+.', label: msg('shortcuts.settings'), area: 'general' },
	{ id: 'help', keys: 'mod+/', label: msg('shortcuts.help'), area: 'general' },
	{ id: 'sidebar', keys: 'mod+shift+s', label: msg('shortcuts.sidebar'), area: 'general' },
	{
		id: 'close',
		keys: 'escape',
		label: msg('shortcuts.close'),
		area: 'general',
		shownOnly: true
	},
	{
		id: 'deleteChat',
		keys: 'mod+shift+backspace',
		label: msg('shortcuts.deleteChat'),
		area: 'chat'
	},
	// Not the contract's mod+R: that one reloads the page, and people rely on it.
	{ id: 'regenerate', keys: 'mod+shift+l', label: msg('shortcuts.regenerate'), area: 'chat' },
	{ id: 'stop', keys: 'escape', label: msg('shortcuts.stop'), area: 'chat' },
	{
		id: 'copyLastAnswer',
		keys: 'mod+shift+c',
		label: msg('shortcuts.copyLastAnswer'),
		area: 'chat'
	},
	{
		id: 'copyLastCode',
		keys: 'mod+shift+;',
		label: msg('shortcuts.copyLastCode'),
		area: 'chat'
	},
	{
		id: 'focusComposer',
		keys: 'shift+escape',
		label: msg('shortcuts.focusComposer'),
		area: 'composer'
	},
	{
		id: 'messagePair',
		keys: 'mod+shift+enter',
		label: msg('shortcuts.messagePair'),
		area: 'composer'
	},
	{
		id: 'pasteRaw',
		keys: 'mod+shift+v',
		label: msg('shortcuts.pasteRaw'),
		area: 'composer',
		shownOnly: true
	},
	{ id: 'editLast', keys: 'arrowup', label: msg('shortcuts.editLast'), area: 'composer' },
	{
		id: 'prompts',
		keys: '/',
		label: msg('shortcuts.prompts'),
		area: 'composer',
		shownOnly: true
	},
	{
		id: 'reference',
		keys: '#',
		label: msg('shortcuts.reference'),
		area: 'composer',
		shownOnly: true
	},
	{ id: 'mention', keys: '@', label: msg('shortcuts.mention'), area: 'composer', shownOnly: true }
] as const satisfies Shortcut[];

export type ShortcutId = (typeof LIST)[number]['id'];
export const SHORTCUTS: (Shortcut & { id: ShortcutId })[] = [...LIST];

/** False: it had nothing to do, and the key keeps its usual meaning. */
export type Handler = () => boolean | void;

const bound = new Map<ShortcutId, Handler>();

/** Gives the way to take the handlers back. */
export function bindShortcuts(handlers: Partial<Record<ShortcutId, Handler>>): () => void {
	const entries = Object.entries(handlers) as [ShortcutId, Handler][];
	for (const [id, handler] of entries) bound.set(id, handler);
	return () => {
		for (const [id, handler] of entries) if (bound.get(id) === handler) bound.delete(id);
	};
}

export const isBound = (id: ShortcutId): boolean => bound.has(id);

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** Where a sign stands on the keyboard: with Shift the key itself says something else. */
const CODES: Record<string, string> = {
	"'": 'Quote',
	';': 'Semicolon',
	'.': 'Period',
	'/': 'Slash'
};

const parse = (keys: string) => {
	const parts = keys.split('+');
	const key = parts.at(-1)!;
	return { mod: parts.includes('mod'), shift: parts.includes('shift'), key };
};

export type Press = Pick<
	KeyboardEvent,
	'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'
>;

export function matches(keys: string, event: Press, mac = isMac()): boolean {
	const wanted = parse(keys);
	const mod = mac ? event.metaKey : event.ctrlKey;
	const other = mac ? event.ctrlKey : event.metaKey;
	if (mod !== wanted.mod || other || event.altKey) return false;
	const plain = event.key.toLowerCase();
	// Some layouts need Shift for a sign: what counts then is the sign.
	if (plain === wanted.key && !/^[a-z]/.test(wanted.key) && !wanted.shift) return true;
	if (event.shiftKey !== wanted.shift) return false;
	const code =
		CODES[wanted.key] ?? (wanted.key.length === 1 ? `Key${wanted.key.toUpperCase()}` : '');
	// Where letters are not Latin, the place of the key decides.
	return plain === wanted.key || (event.code === code && !/^[a-z]$/.test(plain));
}

/** Runs what a key press means. True when it meant something. */
export function press(event: KeyboardEvent): boolean {
	if (event.isComposing || event.defaultPrevented) return false;
	for (const { id, keys } of SHORTCUTS) {
		const handler = bound.get(id);
		if (!handler || !matches(keys, event)) continue;
		if (handler() === false) continue;
		event.preventDefault();
		return true;
	}
	return false;
}

const NAMES: Record<string, string> = {
	shift: 'Shift',
	escape: 'Esc',
	enter: 'Enter',
	backspace: 'Backspace',
	arrowup: '↑'
};
const MAC_NAMES: Record<string, string> = { shift: '⇧', enter: '↩', backspace: '⌫' };

/** The keys as they are printed on the keyboard. */
export function keyNames(keys: string, mac = isMac()): string[] {
	return keys.split('+').map((part) => {
		if (part === 'mod') return mac ? '⌘' : 'Ctrl';
		return (mac && MAC_NAMES[part]) || NAMES[part] || part.toUpperCase();
	});
}

/** The keys of a shortcut on one line, for menus and hints. */
export function keysOf(id: ShortcutId, mac = isMac()): string {
	const { keys } = SHORTCUTS.find((shortcut) => shortcut.id === id)!;
	return keyNames(keys, mac).join(mac ? '' : ' ');
}
