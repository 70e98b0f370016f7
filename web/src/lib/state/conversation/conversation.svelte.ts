/** One open chat: its tree, the answers being written, and how it is kept. What can be asked: `turns.ts`. */
import * as api from '$lib/api';
import { saveChat } from '$lib/api/chats';
import { ApiError } from '$lib/api/client';
import type { ChatRecord } from '$lib/api/types';
import * as doc from '$lib/chat/document';
import * as tree from '$lib/chat/history';
import { joinedLate, reduce, type Live, type Outcome } from '$lib/chat/reducer';
import type { Attachment, ChatEvent, History, Message } from '$lib/chat/types';
import { t } from '$lib/i18n/index.svelte';
import { newId } from '$lib/id';
import { chats } from '../chats.svelte';
import { realtime } from '../socket.svelte';
import { toasts } from '../toasts.svelte';
import { LiveAnswers } from './live.svelte';

/** What the register of open chats wants to know. */
export interface Watcher {
	/** A new chat has got its id. */
	named(conversation: Conversation): void;
	/** An answer has ended, and no other one is being written. */
	settled(conversation: Conversation): void;
	/** The turn of a message that has waited has come. */
	next(conversation: Conversation, item: Queued): void;
}

/** A message that waits for the running answer to end. */
export interface Queued {
	id: number;
	text: string;
	files: Attachment[];
	models: string[];
}

let nextQueued = 1;

export class Conversation {
	id = $state<string | null>(null);
	title = $state(doc.UNTITLED);
	history = $state.raw<History>(tree.emptyHistory());
	/** The models that the next message goes to. */
	models = $state.raw<string[]>([]);
	/** System prompt and parameters of this chat alone. */
	params = $state.raw<Record<string, unknown>>({});
	/** The folder a new chat will be put into. */
	folderId = $state<string | null>(null);
	/** Files of the chat, given to the model with every message. */
	files = $state.raw<Attachment[]>([]);
	/** Nothing is saved: the chat lives in this tab. */
	temporary = $state(false);
	/** Somebody else's, or a copy: it can be read and leafed through. */
	readOnly = $state(false);
	record = $state.raw<Pick<ChatRecord, 'folder_id' | 'updated_at'> | null>(null);
	phase = $state<'ready' | 'loading' | 'missing' | 'failed'>('ready');
	/** The person has asked to stop and the server has not confirmed yet. */
	stopping = $state(false);
	queue = $state.raw<Queued[]>([]);

	readonly live = new LiveAnswers();
	readonly path = $derived(tree.branch(this.history));
	readonly streaming = $derived(this.live.size > 0);
	/** Kept on the server: it has an id there. */
	readonly stored = $derived(this.id !== null && !this.temporary && !this.readOnly);

	/** Which child of a message was shown last. */
	#trail = new Map<string, string>();
	#saving: Promise<unknown> = Promise.resolve();
	#dirty = false;
	/** Answers this tab must finish off: it asked for them, or found them unfinished. */
	#mine = new Set<string>();
	#tasks = new Map<string, string>();
	#refetch: Promise<void> | undefined;
	#updatedAt = 0;
	/** The queue goes on however the running answer ends. */
	#goOn = false;

	constructor(
		id: string | null,
		readonly watcher: Watcher
	) {
		this.id = id;
		if (id) this.phase = 'loading';
	}

	/** A message as it is now, whether it is still being written or not. */
	message = (id: string): Message | undefined =>
		this.live.get(id)?.message ?? this.history.messages[id];

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
		this.adopt(await api.getChat(this.id!));
	}

	/** Shows what a record of the server holds. */
	adopt(record: ChatRecord) {
		const document = record.chat as Record<string, unknown>;
		this.title = record.title;
		this.history = tree.normalizeHistory(document.history);
		this.params = (document.params as Record<string, unknown>) ?? {};
		this.files = Array.isArray(document.files) ? (document.files as Attachment[]) : [];
		this.record = record;
		this.#updatedAt = record.updated_at;
		const models = Array.isArray(document.models) ? (document.models as string[]) : [];
		if (models.some(Boolean)) this.models = models.filter(Boolean);
	}

	/** After a load in the middle of a turn: who is still writing? */
	async #findRunning() {
		const open = Object.values(this.history.messages).filter(
			(m) => m.role === 'assistant' && m.done === false && !m.error && !m.interrupted
		);
		if (open.length === 0) return;
		const tasks = await api.runningTasks(this.id!).catch(() => []);
		if (tasks.length === 0) {
			// It may have ended between the two questions; then the text we hold is not the last one.
			await this.#fetch().catch(() => {});
			return;
		}
		// As many of the newest as there are turns; an older one without an end was left behind.
		for (const message of open.sort((a, b) => a.timestamp - b.timestamp).slice(-tasks.length)) {
			this.begin(message, joinedLate());
		}
		chats.running.add(this.id!);
		realtime.join();
	}

	/** The connection was away: events are missing, and turns may have ended meanwhile. */
	async resync(): Promise<void> {
		if (!this.id || !this.stored) return;
		if (!this.streaming) return this.#refresh();
		for (const id of this.live.ids) this.live.get(id)!.live = joinedLate();
		const tasks = await api.runningTasks(this.id).catch(() => null);
		if (tasks === null || tasks.length > 0) return;
		const waiting = this.live.ids.filter((id) => this.live.get(id)?.live.awaitingSnapshot);
		if (waiting.length === 0) return;
		for (const id of waiting) this.live.end(id);
		await this.#fetch().catch(() => {});
		for (const id of waiting) this.#end(id, 'done');
	}

	/** Takes over what other tabs and devices did meanwhile. */
	async #refresh() {
		const record = await api.getChat(this.id!).catch(() => null);
		if (record && record.updated_at !== this.#updatedAt && !this.streaming && !this.#dirty) {
			this.adopt(record);
			await this.#findRunning();
		}
	}

	// -- Answers being written

	/** Follows an answer of this tab. */
	begin(answer: Message, live: Live, taskId?: string) {
		this.live.begin(answer, live);
		this.#mine.add(answer.id);
		if (taskId) this.#tasks.set(answer.id, taskId);
	}

	/** The server has said by which name a turn can be stopped. */
	running(answerId: string, taskId: string) {
		if (this.live.has(answerId)) this.#tasks.set(answerId, taskId);
	}

	/** Ends an answer that could not even be asked for. */
	fail(answerId: string, error: unknown) {
		const text = error instanceof ApiError && error.status === 0 ? t('error.unreachable') : '';
		const content = text || (error instanceof Error && error.message) || t('error.unknown');
		const answer = this.live.get(answerId);
		if (answer) answer.message = { ...answer.message, error: { content }, done: true };
		this.#end(answerId, 'failed');
		void this.save();
	}

	async stop(): Promise<void> {
		if (!this.id || this.stopping) return;
		this.stopping = true;
		try {
			const known = this.temporary ? [] : await api.runningTasks(this.id);
			const tasks = [...new Set([...known, ...this.#tasks.values()])];
			await Promise.all(tasks.map(api.stopTask));
			// Nothing runs any more, so nobody is going to tell us the end.
			if (tasks.length === 0) for (const id of this.live.ids) this.#finish(id, 'cancelled');
		} catch (error) {
			toasts.failure(error);
		} finally {
			this.stopping = false;
		}
	}

	/** Applies what has come since the last frame, in order. */
	receive(events: ChatEvent[]) {
		const ended: [string, Outcome][] = [];
		for (const { message_id, data } of events) {
			const message = message_id ? this.message(message_id) : undefined;
			if (!message) {
				if (message_id && data.type === 'chat:completion') this.#adoptForeign();
				continue;
			}
			const answer = this.live.get(message.id);
			const step = reduce(message, answer?.live ?? joinedLate(), data.type, data.data);
			if (answer) {
				answer.message = step.message;
				answer.live = step.live;
			} else if (data.type === 'chat:completion' && !step.message.done) {
				// Begun in another tab: follow along.
				this.live.begin(step.message, step.live);
			} else {
				this.history = tree.putMessage(this.history, step.message);
			}
			if (step.outcome) ended.push([message.id, step.outcome]);
		}
		for (const [id, outcome] of ended) this.#finish(id, outcome);
	}

	/** A turn begun in another tab of ours: read the chat, then follow along. */
	#adoptForeign() {
		if (this.temporary) return;
		this.#refetch ??= this.#fetch()
			.then(() => realtime.join())
			.catch(() => {})
			.finally(() => (this.#refetch = undefined));
	}

	#finish(id: string, outcome: Outcome) {
		const wasLive = this.live.has(id);
		this.#end(id, outcome);
		if (!wasLive || !this.#mine.has(id) || !this.id) return;
		// The frame in which an answer ends has enough to do.
		if (outcome === 'done') setTimeout(() => void this.#complete(id));
	}

	/** Takes an answer off the list of those being written; the tree keeps it. */
	#end(id: string, outcome: Outcome) {
		const message = this.live.end(id) ?? this.history.messages[id];
		this.#tasks.delete(id);
		this.stopping = false;
		if (message) {
			const done = message.done || outcome === 'failed' ? message : { ...message, done: true };
			this.history = tree.putMessage(this.history, done);
		}
		if (!this.streaming) {
			if (this.id) chats.running.delete(this.id);
			// The server shows the branch it wrote last; the person may look at another one.
			if (this.#dirty) void this.save();
			this.watcher.settled(this);
			// After a stop or a failure what waits is kept, and sent when the person says so.
			if (outcome === 'done' || this.#goOn) this.#advance();
		}
	}

	// -- Messages that wait

	enqueue(item: Omit<Queued, 'id'>, first = false) {
		const queued = { ...item, id: nextQueued++ };
		this.queue = first ? [queued, ...this.queue] : [...this.queue, queued];
	}

	/** Ends the running answer and sends what waits first. */
	async interrupt(): Promise<void> {
		this.#goOn = true;
		await this.stop();
	}

	#advance() {
		this.#goOn = false;
		const [item, ...rest] = this.queue;
		if (!item) return;
		this.queue = rest;
		this.watcher.next(this, item);
	}

	/** The contract leaves it to the page to run the filters after an answer and to keep the result. */
	async #complete(id: string) {
		const answer = this.history.messages[id];
		if (!answer || !this.id) return;
		try {
			const reply = await api.turnCompleted(
				doc.completedBody(this.id, realtime.id ?? '', answer, this.history)
			);
			const changed = doc.mergeCompleted(this.history, reply?.messages);
			if (changed === this.history) return;
			this.history = changed;
		} catch (error) {
			toasts.failure(error);
			return;
		}
		await this.save();
	}

	// -- The tree

	/** Shows the branch that a message is on. */
	show(id: string) {
		this.#remember();
		this.change(tree.show(this.history, id, this.#trail));
	}

	showVersion(id: string, step: number) {
		this.#remember();
		this.change(tree.showVersion(this.history, id, step, this.#trail));
	}

	#remember() {
		for (const { id, parentId } of this.path) if (parentId) this.#trail.set(parentId, id);
	}

	patch(id: string, fields: Partial<Message>) {
		this.change(tree.patchMessage(this.history, id, fields));
	}

	async remove(id: string): Promise<void> {
		this.history = tree.deleteMessage(this.history, id);
		await this.save();
	}

	/** Puts another tree in the place of this one and keeps it. */
	change(history: History) {
		if (history === this.history) return;
		this.history = history;
		void this.save();
	}

	// -- Saving

	#saved = (): doc.Saved => ({
		models: this.models,
		history: this.history,
		params: this.params,
		files: this.files
	});

	/** Makes sure that the server knows the chat as it is, before a turn. */
	async store(): Promise<void> {
		if (this.temporary) {
			if (!this.id) {
				this.id = `local:${newId()}`;
				this.watcher.named(this);
			}
			return;
		}
		if (!this.id) return this.#create();
		await this.#write();
		chats.touch(this.id);
	}

	async #create() {
		const record = await api.createChat(doc.newDocument(this.#saved()), this.folderId);
		this.id = record.id;
		this.record = record;
		this.watcher.named(this);
		chats.touch(record.id, record.title, this.folderId);
	}

	/** Keeps a temporary chat after all. */
	async keep(): Promise<void> {
		if (!this.temporary) return;
		this.temporary = false;
		this.id = null;
		try {
			await this.#create();
		} catch (error) {
			this.temporary = true;
			throw error;
		}
	}

	/**
	 * Saves, and tells the person when that failed. While an answer is being written the server holds the
	 * newer text, so the save waits for its end.
	 */
	async save(): Promise<void> {
		if (this.readOnly) return;
		if (this.streaming) {
			this.#dirty = true;
			return;
		}
		await this.#write().catch((error) => toasts.failure(error));
	}

	/** Saves one after the other, each time the newest state. */
	#write(): Promise<void> {
		const next = this.#saving.then(async () => {
			if (!this.stored) return;
			this.#dirty = false;
			await saveChat(this.id!, doc.saveBody(this.#saved()));
		});
		this.#saving = next.catch(() => {});
		return next;
	}
}
