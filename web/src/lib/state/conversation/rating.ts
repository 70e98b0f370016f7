/** Rates an answer: kept with the message, and sent to those who compare models. */
import { chatTags } from '$lib/api/chats';
import { createFeedback, updateFeedback, type FeedbackForm } from '$lib/api/feedback';
import { savePayload } from '$lib/chat/document';
import { siblings } from '$lib/chat/history';
import type { Annotation, Message } from '$lib/chat/types';
import { app } from '../app.svelte';
import type { Conversation } from './conversation.svelte';

export async function rate(chat: Conversation, id: string, annotation: Annotation): Promise<void> {
	const message = chat.history.messages[id];
	if (!message || !chat.id) return;
	const tags = annotation.tags ?? message.annotation?.tags ?? (await tagsOf(chat));
	const given: Annotation = {
		...message.annotation,
		...annotation,
		...(tags.length ? { tags } : {})
	};
	const form = formOf(chat, message, given);
	const feedbackId = message.feedbackId;
	const saved = feedbackId
		? await updateFeedback(feedbackId, form).catch(() => createFeedback(form))
		: await createFeedback(form);
	chat.patch(id, { annotation: given, feedbackId: saved.id });
}

const tagsOf = async (chat: Conversation): Promise<string[]> =>
	chat.stored ? (await chatTags(chat.id!).catch(() => [])).map((tag) => tag.name) : [];

function formOf(chat: Conversation, message: Message, annotation: Annotation): FeedbackForm {
	const { history } = chat;
	const models = siblings(history, message.id)
		.filter((id) => id !== message.id)
		.flatMap((id) => history.messages[id]?.model ?? []);
	const model = (message.selectedModelId as string | undefined) ?? message.model ?? '';
	const base = (id: string) => {
		const info = app.modelById(id)?.info as { base_model_id?: string | null } | undefined;
		return info?.base_model_id ?? id;
	};
	return {
		type: 'rating',
		data: {
			...annotation,
			rating: annotation.rating ?? 1,
			model_id: model,
			sibling_model_ids: models.length ? [...new Set(models)] : null
		},
		meta: {
			arena: message.arena === true,
			model_id: message.model ?? '',
			message_id: message.id,
			message_index: chat.path.findIndex((m) => m.id === message.id) + 1,
			chat_id: chat.id!,
			base_models: Object.fromEntries([model, ...models].map((id) => [id, base(id)]))
		},
		snapshot: {
			chat: {
				id: chat.id,
				title: chat.title,
				chat: {
					title: chat.title,
					...savePayload({
						models: chat.models,
						history,
						params: chat.params,
						files: chat.files
					})
				}
			}
		}
	};
}
