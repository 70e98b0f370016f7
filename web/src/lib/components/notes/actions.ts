/** What is done with notes from lists and from the page of a note. */
import { goto } from '$app/navigation';
import * as api from '$lib/api/notes';
import { fileName } from '$lib/files/name';
import { download } from '$lib/files/transfer';
import { t } from '$lib/i18n/index.svelte';
import { followPin } from '$lib/notes/pins';
import { dialogs } from '$lib/state/dialogs.svelte';
import { toasts } from '$lib/state/toasts.svelte';

export const titleOf = (note: { title: string }): string =>
	note.title.trim() || t('notes.untitled');

/** The name of a new note: the day, in an order that sorts. */
const today = () => new Date().toLocaleDateString('sv-SE');

/** A new note with a text, and its page. */
export async function newNote(title = '', md = '') {
	try {
		const note = await api.createNote({
			title: title || today(),
			data: { content: { md, html: '', json: null } },
			access_control: {}
		});
		await goto(`/notes/${note.id}`);
	} catch (error) {
		toasts.failure(error);
	}
}

const MARKDOWN = /\.(md|markdown|txt)$/i;

/** Makes a note of every Markdown file. Gives how many. */
export async function importNotes(files: File[]): Promise<number> {
	const texts = files.filter((file) => MARKDOWN.test(file.name));
	if (texts.length === 0) throw new Error(t('notes.notMarkdown'));
	for (const file of texts) {
		const md = await file.text();
		await api.createNote({
			title: file.name.replace(MARKDOWN, ''),
			data: { content: { md, html: '', json: null } },
			access_control: {}
		});
	}
	return texts.length;
}

export function askDelete(note: { id: string; title: string }, onGone: () => void) {
	void dialogs.confirm({
		title: t('notes.deleteTitle'),
		description: t('notes.deleteText', { title: titleOf(note) }),
		action: t('common.delete'),
		onConfirm: async () => {
			await api.deleteNote(note.id);
			await followPin(note.id, null).catch(() => {});
			onGone();
		}
	});
}

export const saveMarkdown = (title: string, md: string) =>
	download(fileName(title, 'md'), md, 'text/markdown');
export const saveText = (title: string, text: string) =>
	download(fileName(title, 'txt'), text, 'text/plain');

/** The browser's own way to paper, and so to PDF. The page hides all but the note (`editor.css`). */
export function print(title: string) {
	const before = document.title;
	document.title = title;
	document.documentElement.dataset.print = 'note';
	window.print();
	delete document.documentElement.dataset.print;
	document.title = before;
}
