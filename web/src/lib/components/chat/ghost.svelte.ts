/** Words that may come next, shown behind what is typed. Tab takes them. */
import { answerOf, completeText } from '$lib/api/tasks';
import { continuationOf } from '$lib/chat/completion';
import { providerMessages } from '$lib/chat/document';
import { app } from '$lib/state/app.svelte';
import type { Conversation } from '$lib/state/conversation.svelte';
import { settings } from '$lib/state/settings.svelte';

const AFTER_MS = 600;
const SHORTEST = 3;

export class Ghost {
	text = $state('');
	#timer: ReturnType<typeof setTimeout> | undefined;
	#asked = 0;

	/** Administrators offer it, people may decline. */
	get offered(): boolean {
		return (
			app.config?.features.enable_autocomplete_generation === true &&
			settings.ui.promptAutocomplete !== false
		);
	}

	/** The text has changed; when the person pauses at its end, the helper is asked. */
	typed(text: string, atEnd: boolean, chat: Conversation) {
		this.clear();
		if (!this.offered || !atEnd || text.trim().length < SHORTEST || text.includes('\n')) return;
		const turn = ++this.#asked;
		this.#timer = setTimeout(async () => {
			const model = chat.models[0];
			if (!model) return;
			const leaf = chat.history.currentId;
			const messages = leaf ? providerMessages(chat.history, leaf).slice(-6) : [];
			const reply = await completeText({ model, prompt: text, messages }).catch(() => null);
			if (turn !== this.#asked) return;
			this.text = reply ? continuationOf(answerOf(reply), text) : '';
		}, AFTER_MS);
	}

	clear() {
		clearTimeout(this.#timer);
		this.#asked += 1;
		this.text = '';
	}
}
