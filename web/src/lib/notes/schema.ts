/** What a note may hold, and its three written forms. */
import { generateHTML, generateJSON, getSchema, type JSONContent } from '@tiptap/core';
import { TaskItem, TaskList } from '@tiptap/extension-list';
import Image from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import { MarkdownManager } from '@tiptap/markdown';
import StarterKit from '@tiptap/starter-kit';
import { prosemirrorJSONToYXmlFragment } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { NoteContent } from '$lib/api/notes';
import { t } from '$lib/i18n/index.svelte';
import { seedClient, type Saved } from './session';

/** The part of the Yjs document that holds the text. */
export const FIELD = 'prosemirror';

export const NODES = [
	// Undoing is left to Yjs: one takes back one's own changes, not those of others.
	StarterKit.configure({
		undoRedo: false,
		link: { openOnClick: false, defaultProtocol: 'https' },
		dropcursor: { color: 'var(--accent)', width: 2 }
	}),
	TaskList,
	TaskItem.configure({
		nested: true,
		a11y: { checkboxLabel: (node) => t('notes.taskLabel', { task: node.textContent }) }
	}),
	TableKit.configure({ table: { resizable: false } }),
	Image.configure({ allowBase64: true })
];

export const schema = getSchema(NODES);
export const markdown = new MarkdownManager({ extensions: NODES });

const EMPTY: JSONContent = { type: 'doc', content: [{ type: 'paragraph' }] };

function accepted(json: unknown): JSONContent | undefined {
	try {
		schema.nodeFromJSON(json).check();
		return json as JSONContent;
	} catch {
		return undefined;
	}
}

/** The text of a stored note. What this editor does not know in one form is taken from another. */
export function documentOf(content: NoteContent | undefined): JSONContent {
	const { json, md, html } = content ?? {};
	return (
		(json ? accepted(json) : undefined) ??
		(md?.trim() ? accepted(markdown.parse(md)) : undefined) ??
		(html?.trim() ? accepted(generateJSON(html, NODES)) : undefined) ??
		EMPTY
	);
}

/** All forms of a text, as the contract keeps them. */
export function formsOf(json: JSONContent): Saved['content'] {
	return { md: markdown.serialize(json), html: generateHTML(json, NODES), json };
}

/** The stored text as a change of an empty document: the same bytes for the same text. */
export function seedOf(content: NoteContent | undefined): Uint8Array {
	const json = documentOf(content);
	const doc = new Y.Doc();
	doc.clientID = seedClient(JSON.stringify(json));
	prosemirrorJSONToYXmlFragment(schema, json, doc.getXmlFragment(FIELD));
	return Y.encodeStateAsUpdate(doc);
}

/** Plain words, a line for each block. */
export const textOf = (json: JSONContent): string => {
	const doc = schema.nodeFromJSON(json);
	return doc.textBetween(0, doc.content.size, '\n\n', '\n');
};
