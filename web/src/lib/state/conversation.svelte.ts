/** One open chat: its tree, the answers being written, and what a person can do with them. */
import * as api from '$lib/api';
import { ApiError } from '$lib/api/client';
import * as doc from '$lib/chat/document';
import * as tree from '$lib/chat/history';
import { joinedLate, reduce, startedHere, type Live, type Outcome } from '$lib/chat/reducer';
import type { ChatEvent, History, Message } from '$lib/chat/types';
import { locale, t } from '$lib/i18n/index.svelte';
import { app } from './app.svelte';
import { chats } from './chats.svelte';
import { realtime } from './socket.svelte';
import { toasts } from './toasts.svelte';

export class Conversation {
	id = $state<string | null>(null);
	title = $state(doc.UNTITLED);
	history = $state.raw<History>(tree.emptyHistory());
	modelId = $state<string | undefined>();
	/** The folder a new chat will be put into. */
	folderId = $state<string | null>(null);
	phase = $state<'ready' | 'loading' | 'missing' | 'failed'>('ready');
	/** Answers being written, by message id. */
	live = $state.raw<Record<string, Live>>({});
	/** The person has asked to stop and the server has not confirmed yet. */
	stopping = $state(false);

	readonly path = $derived(tree.branch(this.history));
	readonly streaming = $derived(Object.keys(this.live).length > 0);

	#params: Record<string, unknown> = {};
	#files: unknown[] = [];
	#saving: Promise<unknown> = Promise.resolve();
	/** Answers this tab must finish off: it asked for them, or found them unfinished. */
	#mine = new Set<string>();
	#refetch: Promise<void> | undefined;

	constructor(id: string | null) {
		this.id = id;
		if (id) this.phase = 'loading';
	}

	// -- Loading

	async load(): Promise<void> {
		if (!this.id) return;
		try {
			await this.#fetch();
			this.phase = 'ready';
		} catch (error) {
			const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
			this.phase = refused ? 'missing' : 'failed';
			return;
		}
		await this.#findRunning();
	}

	async #fetch() {
		const record = await api.getChat(this.id!);
		const document = record.chat as Record<string, unknown>;
		this.title = record.title;
		this.history = tree.normalizeHistory(document.history);
		this.#params = (document.params as Record<string, unknown>) ?? {};
		this.#files = (document.files as unknown[]) ?? [];
		const models = Array.isArray(document.models) ? (document.models as string[]) : [];
		this.modelId = models[0] || this.modelId;
	}

	/** After a load in the middle of a turn: who is still writing? */
	async #findRunning() {
		const open = this.path.filter((m) => m.role === 'assistant' && !m.done && !m.error);
		const last = open.at(-1);
		if (!last || last.interrupted) return;
		const tasks = await api.runningTasks(this.id!).catch(() => []);
		if (tasks.length === 0) {
			// It may have ended between the two questions; then the text we hold is not the last one.
			await this.#fetch().catch(() => {});
			return;
		}
		this.#mine.add(last.id);
		this.live = { ...this.live, [last.id]: joinedLate() };
		chats.running.add(this.id!);
		realtime.join();
	}

	/** The connection was away: events are missing, and turns may have ended meanwhile. */
	async resync(): Promise<void> {
		if (!this.id || !this.streaming) return;
		this.live = Object.fromEntries(Object.keys(this.live).map((id) => [id, joinedLate()]));
		const tasks = await api.runningTasks(this.id).catch(() => null);
		if (tasks === null || tasks.length > 0) return;
		const waiting = Object.entries(this.live).filter(([, live]) => live.awaitingSnapshot);
		if (waiting.length === 0) return;
		await this.#fetch().catch(() => {});
		for (const [id] of waiting) this.#end(id, 'done');
	}

	// -- Asking

	async send(text: string): Promise<void> {
		const model = app.modelById(this.modelId);
		if (!model) throw new Error(t('chat.noModel'));
		const question = doc.userMessage(this.history.currentId, text, [model.id]);
		await this.#ask(tree.addMessage(this.history, question), question.id);
	}

	async regenerate(answerId: string): Promise<void> {
		const parent = this.history.messages[answerId]?.parentId;
		if (parent) await this.#ask(this.history, parent);
	}

	/** Asks again in other words: a sibling of the old question, with its own answer. */
	async editQuestion(id: string, text: string): Promise<void> {
		const before = this.history.messages[id];
		if (!before) return;
		const question = doc.userMessage(before.parentId, text, [this.modelId ?? '']);
		if (before.files) question.files = before.files;
		await this.#ask(tree.addMessage(this.history, question), question.id);
	}

	async #ask(history: History, questionId: string) {
		const model = app.modelById(this.modelId);
		if (!model) throw new Error(t('chat.noModel'));
		const answer = doc.assistantMessage(questionId, model);
		this.history = tree.addMessage(history, answer);
		this.live = { ...this.live, [answer.id]: startedHere() };
		this.#mine.add(answer.id);
		try {
			const sessionId = await realtime.ready();
			if (!sessionId) throw new Error(t('error.noRealtime'));
			await this.#store(model.id);
			chats.running.add(this.id!);
			await api.startTurn(
				doc.completionBody({
					chatId: this.id!,
					sessionId,
					answer: this.history.messages[answer.id]!,
					question: this.history.messages[questionId]!,
					history: this.history,
					model,
					params: this.#params,
					variables: doc.promptVariables(app.user?.name ?? '', locale())
				})
			);
		} catch (error) {
			this.#fail(answer.id, error);
		}
	}

	async #store(modelId: string) {
		if (this.id) {
			await this.#write();
			chats.touch(this.id);
			return;
		}
		const document = doc.newDocument([modelId], this.history);
		const record = await api.createChat(document, this.folderId);
		this.id = record.id;
		conversations.adopt(this);
		chats.touch(record.id, record.title, this.folderId);
	}

	#fail(answerId: string, error: unknown) {
		const text = error instanceof ApiError && error.status === 0 ? t('error.unreachable') : '';
		const content = text || (error instanceof Error && error.message) || t('error.unknown');
		this.history = tree.patchMessage(this.history, answerId, { error: { content }, done: true });
		this.#end(answerId, 'failed');
		if (this.id) void this.save();
	}

	// -- Changing the tree

	showSibling(id: string, step: number) {
		this.history = tree.showSibling(this.history, id, step);
		void this.save();
	}

	async remove(id: string): Promise<void> {
		this.history = tree.deleteMessage(this.history, id);
		await this.save();
	}

	// -- Stopping

	async stop(): Promise<void> {
		if (!this.id || this.stopping) return;
		this.stopping = true;
		try {
			const tasks = await api.runningTasks(this.id);
			await Promise.all(tasks.map(api.stopTask));
			// Nothing runs any more, so nobody is going to tell us the end.
			if (tasks.length === 0)
				for (const id of Object.keys(this.live)) this.#finish(id, 'cancelled');
		} catch (error) {
			toasts.failure(error);
		} finally {
			this.stopping = false;
		}
	}

	// -- Events

	/** Applies what has come since the last frame, in order. */
	receive(events: ChatEvent[]) {
		let history = this.history;
		let live = this.live;
		const ended: [string, Outcome][] = [];
		for (const { message_id, data } of events) {
			const message = message_id ? history.messages[message_id] : undefined;
			if (!message) {
				if (message_id && data.type === 'chat:completion') this.#adoptForeign();
				continue;
			}
			const running = live[message.id] !== undefined;
			const step = reduce(message, live[message.id] ?? joinedLate(), data.type, data.data);
			if (step.message !== message) {
				history = { ...history, messages: { ...history.messages, [message.id]: step.message } };
			}
			const writing = running || (data.type === 'chat:completion' && !step.message.done);
			if (writing) live = { ...live, [message.id]: step.live };
			if (step.outcome) ended.push([message.id, step.outcome]);
			if (data.type === 'chat:message:follow_ups' && this.#mine.has(message.id)) this.#saveSoon();
		}
		this.history = history;
		this.live = live;
		for (const [id, outcome] of ended) this.#finish(id, outcome);
	}

	/** A turn begun in another tab of ours: read the chat, then follow along. */
	#adoptForeign() {
		this.#refetch ??= this.#fetch()
			.then(() => realtime.join())
			.catch(() => {})
			.finally(() => (this.#refetch = undefined));
	}

	#finish(id: string, outcome: Outcome) {
		const wasLive = this.live[id] !== undefined;
		this.#end(id, outcome);
		if (!wasLive || !this.#mine.has(id) || !this.id) return;
		if (outcome === 'done') void this.#complete(id);
		else this.#saveSoon();
	}

	/** Takes an answer off the list of those being written. */
	#end(id: string, outcome: Outcome) {
		const { [id]: _, ...rest } = this.live;
		this.live = rest;
		this.stopping = false;
		const message = this.history.messages[id];
		if (message && !message.done && outcome !== 'failed') {
			this.history = tree.patchMessage(this.history, id, { done: true });
		}
		if (this.id && !this.streaming) chats.running.delete(this.id);
		conversations.settled(this);
	}

	/** The contract leaves it to the page to run the filters after an answer and to keep the result. */
	async #complete(id: string) {
		const answer = this.history.messages[id];
		if (!answer || !this.id) return;
		try {
			const reply = await api.turnCompleted(
				doc.completedBody(this.id, realtime.id ?? '', answer, this.history)
			);
			this.history = doc.mergeCompleted(this.history, reply?.messages);
		} catch (error) {
			toasts.failure(error);
		}
		await this.save();
	}

	// -- Saving

	/** Saves, and tells the person when that failed. */
	save = (): Promise<void> => this.#write().catch((error) => toasts.failure(error));

	/** Saves one after the other, each time the newest state. */
	#write(): Promise<void> {
		const next = this.#saving.then(async () => {
			if (!this.id) return;
			const payload = doc.savePayload({
				models: this.modelId ? [this.modelId] : [],
				history: this.history,
				params: this.#params,
				files: this.#files
			});
			await api.updateChat(this.id, payload);
		});
		this.#saving = next.catch(() => {});
		return next;
	}

	#timer: ReturnType<typeof setTimeout> | undefined;
	#saveSoon() {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), 300);
	}

	isLive = (message: Message): boolean => this.live[message.id] !== undefined;
}

/** The open chat, and those still being answered behind it. */
class Conversations {
	#byId = new Map<string, Conversation>();
	current = $state.raw<Conversation>(new Conversation(null));
	/** Told when a new chat has got its id from the server. */
	whenNamed: (conversation: Conversation) => void = () => {};

	/** Shows a chat; a running one keeps its state, others are read again. */
	open(id: string | null) {
		if (id !== null && this.current.id === id) return;
		if (id === null) {
			const modelId = app.defaultModel()?.id;
			this.current = new Conversation(null);
			this.current.modelId = modelId;
			return;
		}
		let conversation = this.#byId.get(id);
		if (!conversation || !conversation.streaming) {
			conversation = new Conversation(id);
			this.#byId.set(id, conversation);
			void conversation.load();
		}
		this.current = conversation;
		this.#prune();
	}

	get = (id: string | null): Conversation | undefined => (id ? this.#byId.get(id) : undefined);

	/** A new chat has got its id. */
	adopt(conversation: Conversation) {
		if (!conversation.id) return;
		this.#byId.set(conversation.id, conversation);
		this.whenNamed(conversation);
	}

	settled(conversation: Conversation) {
		if (conversation !== this.current) this.#prune();
	}

	resync() {
		for (const conversation of this.#byId.values()) void conversation.resync();
	}

	drop(id: string) {
		this.#byId.delete(id);
	}

	reset() {
		this.#byId.clear();
		this.current = new Conversation(null);
	}

	#prune() {
		for (const [id, conversation] of this.#byId) {
			if (conversation !== this.current && !conversation.streaming) this.#byId.delete(id);
		}
	}
}

export const conversations = new Conversations();
