/** What the keyboard can do in a chat. The registry of shortcuts binds these. */
import { proseOf } from '$lib/chat/segments';
import { copyText } from '$lib/clipboard';
import { t } from '$lib/i18n/index.svelte';
import { editing } from './editing.svelte';
import { app } from './app.svelte';
import { conversations } from './conversation.svelte';
import { addPair, regenerate } from './conversation/turns';
import { panel } from './panel.svelte';
import { toasts } from './toasts.svelte';

/** What only the page itself can do; the composer and the list fill it in while they are there. */
export const surface: {
	focusComposer: () => void;
	/** The person is in the box, and nothing stands in it. */
	inEmptyBox: () => boolean;
	fill: (text: string) => void;
	toEnd: () => void;
	toStart: () => void;
	reveal: (messageId: string) => void;
	/** Another version is shown below a message, and what follows it. */
	branchChanged: (parentId: string | null) => void;
} = {
	focusComposer: () => {},
	inEmptyBox: () => false,
	fill: () => {},
	toEnd: () => {},
	toStart: () => {},
	reveal: () => {},
	branchChanged: () => {}
};

const last = (role: 'user' | 'assistant') =>
	conversations.current.path.findLast((message) => message.role === role);

const attempt = (job: Promise<unknown> | undefined) => void job?.catch((e) => toasts.failure(e));

async function copy(text: string | undefined) {
	if (!text) return;
	await copyText(text);
	toasts.show('success', t('common.copied'));
}

export const chatCommands = {
	focusComposer: () => surface.focusComposer(),
	scrollToStart: () => surface.toStart(),
	scrollToEnd: () => surface.toEnd(),

	stop(): boolean {
		const { current } = conversations;
		if (!current.streaming) return false;
		void current.stop();
		return true;
	},

	/** False when there is nothing to answer again: the key keeps its usual meaning. */
	regenerate(): boolean {
		const chat = conversations.current;
		const answer = last('assistant');
		if (!answer || chat.streaming || !app.may('chat.regenerate_response')) return false;
		attempt(regenerate(chat, answer.id));
		return true;
	},

	/** False elsewhere than in an empty box: the key moves the caret, as ever. */
	editLast(): boolean {
		const question = surface.inEmptyBox() ? last('user') : undefined;
		if (!question || !app.may('chat.edit')) return false;
		editing.id = question.id;
		surface.reveal(question.id);
		return true;
	},

	copyLastAnswer() {
		attempt(copy(proseOf(last('assistant')?.content ?? '')));
	},

	copyLastCode() {
		const fences = [...(last('assistant')?.content ?? '').matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)];
		attempt(copy(fences.at(-1)?.[1]));
	},

	/** A question and an empty answer to write by hand. */
	addPair() {
		const chat = conversations.current;
		if (!chat.streaming) attempt(addPair(chat));
	},

	toggleControls: () => panel.toggle('controls'),
	toggleOverview: () => panel.toggle('overview')
};
