/** Makes one answer out of all answers of a turn. */
import { textOf } from '$lib/api/pieces';
import { mergeAnswers } from '$lib/api/tasks';
import { columnsOf } from '$lib/chat/columns';
import { withoutReasoning } from '$lib/chat/segments';
import type { Conversation } from './conversation.svelte';

export class Merging {
	/** The text so far, while it is being written. */
	text = $state<string | null>(null);
	#stopped = false;

	/** @param shown the answers that stand side by side; the last one shown in each column */
	async run(chat: Conversation, questionId: string, shown: string[]): Promise<void> {
		const question = chat.history.messages[questionId];
		const current = chat.path.find((m) => m.parentId === questionId);
		if (!question || !current || columnsOf(chat.history, questionId).length === 0) return;
		const responses = shown.flatMap((id) => {
			const text = withoutReasoning(chat.message(id)?.content ?? '').trim();
			return text ? [text] : [];
		});
		this.#stopped = false;
		this.text = '';
		try {
			const model = current.model ?? '';
			const stream = await mergeAnswers({ model, prompt: question.content, responses });
			for await (const piece of textOf(stream)) {
				if (this.#stopped) break;
				this.text += piece;
			}
			// What was written before a stop is kept, as with any answer.
			if (this.text) chat.patch(current.id, { merged: { status: true, content: this.text } });
		} finally {
			this.text = null;
		}
	}

	stop() {
		this.#stopped = true;
	}
}
