/** Where others write. Drawn without style attributes in markup, which the page's policy refuses. */
import { Extension } from '@tiptap/core';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';

interface User {
	name?: string;
	color?: string;
}

function caret(user: User): HTMLElement {
	const mark = document.createElement('span');
	mark.className = 'note-caret';
	mark.style.setProperty('--caret', user.color ?? '#888');
	// The name is drawn by the style sheet: it is no part of the text.
	mark.dataset.name = user.name ?? '';
	mark.append('\u2060');
	return mark;
}

export const carets = (awareness: Awareness) =>
	Extension.create({
		name: 'carets',
		addProseMirrorPlugins: () => [
			yCursorPlugin(awareness, {
				cursorBuilder: caret,
				selectionBuilder: (user: User) => ({
					class: 'note-selection',
					style: `background-color: color-mix(in srgb, ${user.color ?? '#888'} 22%, transparent)`
				})
			})
		]
	});
