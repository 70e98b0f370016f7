/** The model that helps with notes, remembered in this browser, and what has been said to it about one of them. */
import type { Turn } from '$lib/api/complete';
import { app } from '$lib/state/app.svelte';

const MODEL_KEY = 'transom.notes.model';

/** The one chosen last, or the one that new chats begin with; as a list, which is what fields for models take. */
export const helper = (): string[] =>
	[localStorage.getItem(MODEL_KEY) ?? app.defaultModels()[0] ?? ''].filter((id) =>
		app.modelById(id)
	);

export const rememberHelper = (id: string) => localStorage.setItem(MODEL_KEY, id);

export class NoteTalk {
	turns = $state<Turn[]>([]);
	model = $state(helper());

	choose(model: string[]) {
		// Choosing what is chosen already takes it away there; a question needs somebody to answer it.
		if (!model[0]) return;
		this.model = model;
		rememberHelper(model[0]);
	}
}
