/** Names for chats, by the model that helps with such things. */
import * as api from '$lib/api';
import { answerOf, nameChat } from '$lib/api/tasks';
import { wordsIn } from '$lib/chat/completion';
import { providerMessages } from '$lib/chat/document';
import { normalizeHistory } from '$lib/chat/history';
import { t } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';

/** Throws when there is no model to ask, nothing to name, or no name in the answer. */
export async function nameFor(chat_id: string): Promise<string> {
	const { chat } = await api.getChat(chat_id);
	const document = chat as { history?: unknown; models?: string[] };
	const history = normalizeHistory(document.history);
	const model = [...(document.models ?? []), ...app.defaultModels()].find((id) =>
		app.modelById(id)
	);
	const messages = history.currentId ? providerMessages(history, history.currentId) : [];
	if (!model || messages.length === 0) throw new Error(t('sidebar.noName'));
	const title = wordsIn(answerOf(await nameChat({ model, chat_id, messages })), 'title').trim();
	if (!title) throw new Error(t('sidebar.noName'));
	return title;
}
