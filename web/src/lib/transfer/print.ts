/** A chat on paper, or as PDF: the browser prints a page made for it. */
import { mount, tick, unmount } from 'svelte';
import * as api from '$lib/api';
import type { ChatRecord } from '$lib/api/types';
import { UNTITLED } from '$lib/chat/document';
import { branch, normalizeHistory } from '$lib/chat/history';
import { t } from '$lib/i18n/index.svelte';

const READY_WITHIN_MS = 15_000;

export const printChat = async (id: string) => printRecord(await api.getChat(id));

export async function printRecord(record: Pick<ChatRecord, 'title' | 'chat' | 'updated_at'>) {
	const { default: PrintView } = await import('$lib/components/chat/PrintView.svelte');
	const title = record.title === UNTITLED ? t('chat.untitled') : record.title;
	const messages = branch(normalizeHistory((record.chat as { history?: unknown }).history));
	const root = document.createElement('div');
	root.className = 'print-root';
	document.body.append(root);
	const view = mount(PrintView, {
		target: root,
		props: { title, messages, date: new Date(record.updated_at * 1000) }
	});
	const page = document.documentElement;
	const before = { title: document.title, look: page.className };
	try {
		await ready(root);
		// Paper is white, and the file is named after the page.
		page.classList.remove('dark', 'black', 'contrast');
		document.title = title;
		await tick();
		print();
	} finally {
		page.className = before.look;
		document.title = before.title;
		await unmount(view);
		root.remove();
	}
}

/** Waits for texts, formulas, diagrams and pictures. */
async function ready(root: HTMLElement): Promise<void> {
	const until = Date.now() + READY_WITHIN_MS;
	const pending = () => root.querySelector('[data-ready="false"], [aria-busy="true"]') !== null;
	await tick();
	while (pending() && Date.now() < until) await new Promise((next) => setTimeout(next, 80));
	const pictures = [...root.querySelectorAll('img')];
	await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
	await document.fonts.ready;
}
