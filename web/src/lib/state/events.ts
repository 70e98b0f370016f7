/** Brings socket events to the chats they belong to, once per frame. */
import type { ChatEvent } from '$lib/chat/types';
import { UNTITLED } from '$lib/chat/document';
import { proseOf } from '$lib/chat/segments';
import { t } from '$lib/i18n/index.svelte';
import { chats } from './chats.svelte';
import { conversations } from './conversation.svelte';
import { announce } from './notify';
import { toasts, type ToastKind } from './toasts.svelte';

const KINDS: ToastKind[] = ['info', 'success', 'warning', 'error'];
/** A hidden page gets no frames; its answers still have to arrive. */
const HIDDEN_MS = 250;

let queue: ChatEvent[] = [];

export function receive(event: ChatEvent) {
	if (queue.push(event) > 1) return;
	if (document.hidden) setTimeout(flush, HIDDEN_MS);
	else requestAnimationFrame(flush);
}

function flush() {
	const events = queue;
	queue = [];
	const perChat = new Map<string, ChatEvent[]>();
	for (const event of events) {
		if (!event?.data?.type || handleGlobally(event) || !event.chat_id) continue;
		const list = perChat.get(event.chat_id) ?? [];
		list.push(event);
		perChat.set(event.chat_id, list);
	}
	for (const [id, list] of perChat) {
		mark(id, list);
		conversations.get(id)?.receive(list);
	}
}

/** What concerns the list or the whole page. True when nothing is left for the chat itself. */
function handleGlobally({ chat_id, data }: ChatEvent): boolean {
	switch (data.type) {
		case 'notification': {
			const notice = (data.data ?? {}) as { type?: string; content?: string };
			const kind = KINDS.find((k) => k === notice.type) ?? 'info';
			if (notice.content) toasts.show(kind, notice.content);
			return true;
		}
		case 'chat:title': {
			if (!chat_id || typeof data.data !== 'string') return true;
			chats.setTitle(chat_id, data.data);
			const open = conversations.get(chat_id);
			if (open) open.title = data.data;
			return true;
		}
		case 'chat:tags':
			return true;
		default:
			return false;
	}
}

/** An answer was completed while nobody looked at it. */
function answered(id: string, data: unknown) {
	chats.markUnread(id);
	const { title, content } = (data ?? {}) as { title?: unknown; content?: unknown };
	const known = chats.find(id)?.title;
	announce({
		href: `/c/${id}`,
		title: known && known !== UNTITLED ? known : String(title ?? t('chat.untitled')),
		text: typeof content === 'string' ? proseOf(content) : ''
	});
}

/** Keeps the list's mark of chats that are being answered. Temporary chats are in no list. */
function mark(id: string, events: ChatEvent[]) {
	if (id.startsWith('local:')) return;
	for (const { data } of events) {
		const done = (data.data as { done?: boolean } | undefined)?.done === true;
		const ends = data.type === 'chat:tasks:cancel' || data.type === 'chat:message:error';
		if (ends || (data.type === 'chat:completion' && done)) {
			chats.running.delete(id);
			const watched = conversations.current.id === id && !document.hidden;
			if (!watched && !ends) answered(id, data.data);
		} else if (data.type === 'chat:completion') {
			if (!chats.running.has(id) && !chats.find(id)) void chats.refresh();
			chats.running.add(id);
		}
	}
}
