/** What can be asked in a chat: new questions, other answers, more of an answer, one answer out of several. */
import * as api from '$lib/api';
import { itemsWithWords, withContext } from '$lib/chat/context';
import * as doc from '$lib/chat/document';
import * as tree from '$lib/chat/history';
import { compact } from '$lib/chat/params';
import { startedHere } from '$lib/chat/reducer';
import type { Attachment, History, Message } from '$lib/chat/types';
import { locale, t } from '$lib/i18n/index.svelte';
import { app } from '../app.svelte';
import { chats } from '../chats.svelte';
import { whereabouts } from '../location';
import { settings } from '../settings.svelte';
import { realtime } from '../socket.svelte';
import type { Conversation } from './conversation.svelte';
import { textsOf } from './texts';

export interface Question {
	text: string;
	files?: Attachment[];
	/** Models for this message alone. */
	models?: string[];
}

/** Asks below the shown leaf. */
export async function ask(chat: Conversation, question: Question): Promise<void> {
	const models = usable(question.models ?? chat.models);
	const parent = chat.history.currentId;
	const message = doc.userMessage(parent, question.text, models, question.files);
	await answer(chat, tree.addMessage(chat.history, message), message, models);
}

/** Asks again in other words: a sibling of the old question, with its own answers. */
export async function askAgain(chat: Conversation, id: string, question: Question): Promise<void> {
	const before = chat.history.messages[id];
	if (!before) return;
	const models = usable(question.models ?? chat.models);
	const message = doc.userMessage(before.parentId, question.text, models, question.files);
	await answer(chat, tree.addMessage(chat.history, message), message, models);
}

export interface Again {
	/** What should be different about the new answer. */
	instruction?: string;
	model?: string;
}

/** Another answer to the same question. */
export async function regenerate(chat: Conversation, id: string, how: Again = {}): Promise<void> {
	const before = chat.history.messages[id];
	const question = before?.parentId ? chat.history.messages[before.parentId] : undefined;
	if (!before || !question) return;
	const model = modelFor(how.model ?? before.model);
	const message = doc.assistantMessage(question.id, model, before.modelIdx ?? 0);
	const leading = how.instruction
		? [
				...doc.providerMessages(chat.history, id, systemOf(chat)),
				{ role: 'user', content: how.instruction }
			]
		: undefined;
	const history = tree.addMessage(chat.history, message);
	await start(chat, history, question, [message], { messages: leading });
}

/** Goes on from the end of an answer. */
export async function continueAnswer(chat: Conversation, id: string): Promise<void> {
	const message = chat.history.messages[id];
	const question = message?.parentId ? chat.history.messages[message.parentId] : undefined;
	if (!message || !question) return;
	const { error: _, interrupted: __, ...rest } = message;
	const open: Message = { ...rest, done: false } as Message;
	const history = tree.putMessage(chat.history, open);
	await start(chat, history, question, [open], { continues: true });
}

const systemOf = (chat: Conversation) =>
	typeof chat.params.system === 'string' ? chat.params.system : undefined;

/** The models that are there to be asked. Throws when there is none. */
function usable(wanted: string[]): string[] {
	const models = wanted.filter((id) => app.modelById(id));
	if (models.length === 0) throw new Error(t('chat.noModel'));
	return models;
}

function modelFor(id: string | undefined) {
	const model = app.modelById(id);
	if (!model) throw new Error(t('chat.modelGone', { name: id ?? '' }));
	return model;
}

async function answer(
	chat: Conversation,
	history: History,
	question: Message,
	models: string[]
): Promise<void> {
	const answers = models.map((id, i) => doc.assistantMessage(question.id, modelFor(id), i));
	let grown = history;
	for (const message of answers) grown = tree.addMessage(grown, message);
	await start(chat, { ...grown, currentId: answers[0]!.id }, question, answers);
}

interface Details {
	continues?: boolean;
	/** Instead of the conversation up to the question. */
	messages?: { role: string; content: unknown }[];
}

async function start(
	chat: Conversation,
	history: History,
	question: Message,
	answers: Message[],
	details: Details = {}
): Promise<void> {
	const first = question.parentId === null && chat.title === doc.UNTITLED;
	chat.history = history;
	for (const message of answers) {
		// The server adds to the stored text; of a temporary chat it knows none.
		const prefix = details.continues && chat.temporary ? message.content : '';
		chat.begin(message, startedHere(prefix));
	}
	let sessionId: string | undefined;
	try {
		sessionId = await realtime.ready();
		if (!sessionId) throw new Error(t('error.noRealtime'));
		await chat.store();
	} catch (error) {
		for (const message of answers) chat.fail(message.id, error);
		return;
	}
	if (!chat.temporary) chats.running.add(chat.id!);
	await Promise.all(
		answers.map((message, i) =>
			request(chat, question, message, sessionId, details, first && i === 0).catch((error) =>
				chat.fail(message.id, error)
			)
		)
	);
	// The server has noted the column that came last; ours is the one the person sees.
	if (answers.length > 1) void chat.save();
}

async function request(
	chat: Conversation,
	question: Message,
	message: Message,
	sessionId: string,
	details: Details,
	first: boolean
): Promise<void> {
	const { ui } = settings;
	const keep = first && !chat.temporary;
	const location = await whereabouts();
	const body = doc.completionBody({
		chatId: chat.id!,
		sessionId,
		answer: message,
		question,
		history: chat.history,
		model: app.modelById(message.model),
		params: withDefaults(chat.params),
		files: chat.files,
		features: settings.ui.memory === true && app.mayRemember ? { memory: true } : {},
		variables: doc.promptVariables({ name: app.user?.name ?? '', location }, locale()),
		afterwards: {
			title: keep && ui.title?.auto !== false,
			tags: keep && ui.autoTags !== false,
			followUps: ui.autoFollowUps !== false
		},
		continues: details.continues
	});
	const leaf = details.continues ? message.id : question.id;
	const items = itemsWithWords(chat.history, leaf, chat.files);
	const messages = details.messages ?? body.messages;
	const reply = await api.startTurn({
		...body,
		messages: items.length
			? withContext(messages, chat.history, leaf, chat.files, await textsOf(items))
			: messages
	});
	if (reply.task_id) chat.running(message.id, reply.task_id);
}

/** The chat's own parameters over those the person has set for all chats. */
function withDefaults(params: Record<string, unknown>): Record<string, unknown> {
	const { ui } = settings;
	return {
		...(ui.system ? { system: ui.system } : {}),
		...compact(ui.params ?? {}),
		...compact(params)
	};
}

/** Adds a question and an empty answer, both to be written by hand. */
export async function addPair(chat: Conversation): Promise<void> {
	const model = modelFor(usable(chat.models)[0]);
	const question = doc.userMessage(chat.history.currentId, '', [model.id]);
	const reply: Message = { ...doc.assistantMessage(question.id, model), done: true };
	chat.history = tree.addMessage(tree.addMessage(chat.history, question), reply);
	await chat.store();
}

/** A chat of its own that goes up to a message. Gives its id. */
export async function fork(chat: Conversation, id: string): Promise<string> {
	const path = tree.branch(chat.history, id);
	let history = tree.emptyHistory();
	for (const message of path) history = tree.addMessage(history, { ...message, childrenIds: [] });
	const document = doc.newDocument({
		models: chat.models,
		history,
		params: chat.params,
		files: chat.files
	});
	const title = chat.title === doc.UNTITLED ? chat.title : t('chat.forkOf', { title: chat.title });
	const record = await api.createChat({ ...document, title });
	chats.touch(record.id, record.title);
	return record.id;
}
