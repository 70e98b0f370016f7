/**
 * The messages of a channel or a thread, as far as they are here: one run without gaps, oldest first. It grows at
 * both ends while somebody reads, and gives up what is far from there.
 */
import type { ChannelMessage } from '$lib/api/channels';
import { locate } from '$lib/channels/locate';
import { explain } from '../toasts.svelte';

const PAGE = 50;
/** More rows than this make a page slow. */
const MOST = 250;

/** Gives a page, newest first. */
export type Source = (skip: number, limit: number) => Promise<ChannelMessage[]>;

/** A message that the server does not have yet. */
export type Sending = 'sending' | 'failed';

export class Feed {
	messages = $state.raw<ChannelMessage[]>([]);
	phase = $state<'loading' | 'ready' | 'failed'>('loading');
	/** There are older ones, and newer ones, than those here. */
	older = $state(false);
	newer = $state(false);
	loading = $state(false);
	/** By `temp_id`. */
	sending = $state.raw<Record<string, Sending>>({});
	problem = $state('');

	/** How many newer ones there are than the last one here. */
	#skipped = 0;
	/** What is still on its way when something else has been asked for is dropped. */
	#turn = 0;
	/** What has come since the last page was asked for: it may be missing there. */
	#arrived: ChannelMessage[] = [];
	#removed = new Set<string>();

	/** The first page is here, or could not be fetched. */
	readonly ready: Promise<void>;
	#settle: () => void = () => {};

	constructor(private readonly source: Source) {
		this.ready = new Promise((resolve) => (this.#settle = resolve));
	}

	get = (id: string) => this.messages.find((message) => message.id === id);
	isSending = ({ temp_id }: ChannelMessage): Sending | undefined =>
		temp_id ? this.sending[temp_id] : undefined;

	/** Those that only this page knows stand at the end. */
	get #local() {
		return this.messages.filter((message) => this.isSending(message));
	}

	/** The newest page. */
	async toEnd(): Promise<void> {
		const turn = ++this.#turn;
		if (this.messages.length === 0) this.phase = 'loading';
		this.#arrived = [];
		try {
			const page = await this.source(0, PAGE);
			if (turn !== this.#turn) return;
			this.#place(page, 0, page.length === PAGE);
			this.phase = 'ready';
		} catch (error) {
			if (turn !== this.#turn) return;
			this.problem = explain(error);
			if (this.phase === 'loading') this.phase = 'failed';
			throw error;
		} finally {
			this.#settle();
		}
	}

	#place(page: ChannelMessage[], skipped: number, older: boolean) {
		const known = new Map(this.messages.map((message) => [message.id, message]));
		const isThere = ({ id }: ChannelMessage) => page.some((message) => message.id === id);
		const after = [...this.#arrived.filter((m) => !isThere(m)), ...this.#local];
		// What has been fetched of a message stays when nothing about it has changed.
		const messages = page
			.toReversed()
			.filter(({ id }) => !this.#removed.has(id))
			.map((message) => settled(message, known.get(message.id)));
		this.messages = skipped === 0 ? [...messages, ...after] : messages;
		this.#skipped = skipped;
		this.older = older;
		this.newer = skipped > 0;
	}

	/** After a lost connection: everything here anew, and what has been said meanwhile. */
	async resync(): Promise<void> {
		if (this.phase !== 'ready') return this.toEnd();
		const turn = ++this.#turn;
		this.#arrived = [];
		const limit = Math.max(PAGE, this.messages.length);
		const page = await this.source(this.#skipped, limit);
		if (turn === this.#turn) this.#place(page, this.#skipped, page.length === limit);
	}

	/** Adds what has been said since, and changes nothing else: what is read stays where it is. */
	async catchUp(): Promise<void> {
		await this.ready;
		if (this.phase !== 'ready') return;
		const turn = this.#turn;
		if (this.newer) {
			// Nothing new is shown far back; only its place is counted from the end.
			const last = this.messages.at(-1)!.created_at;
			const skipped = await this.#locate(last);
			if (turn === this.#turn && this.messages.at(-1)?.created_at === last)
				this.#skipped = Math.max(this.#skipped, skipped);
			return;
		}
		const page = await this.source(0, PAGE);
		if (turn !== this.#turn || this.newer) return;
		const since = this.messages.findLast((message) => !this.isSending(message))?.created_at ?? 0;
		const fresh = page.filter(({ id, created_at }) => created_at > since && !this.#removed.has(id));
		if (fresh.length === PAGE) return this.resync();
		for (const message of fresh.toReversed()) this.receive(message);
	}

	#locate = (time: number) => locate(time, async (at) => (await this.source(at, 1))[0]?.created_at);

	async loadOlder(): Promise<void> {
		if (!this.older || this.loading) return;
		const turn = this.#turn;
		await this.#load(async () => {
			const skip = this.#skipped + this.messages.length - this.#local.length;
			const page = await this.source(skip, PAGE);
			if (turn !== this.#turn) return;
			const fresh = page.toReversed().filter(({ id }) => !this.get(id));
			let messages = [...fresh, ...this.messages];
			const beyond = messages.length - MOST;
			if (beyond > 0 && this.#local.length === 0) {
				messages = messages.slice(0, MOST);
				this.#skipped += beyond;
				this.newer = true;
			}
			this.messages = messages;
			this.older = page.length === PAGE;
		});
	}

	async loadNewer(): Promise<void> {
		if (!this.newer || this.loading) return;
		const turn = this.#turn;
		await this.#load(async () => {
			const skip = Math.max(0, this.#skipped - PAGE);
			const page = await this.source(skip, this.#skipped - skip);
			if (turn !== this.#turn) return;
			const fresh = page.toReversed().filter(({ id }) => !this.get(id));
			const messages = [...this.messages, ...fresh];
			const beyond = Math.max(0, messages.length - MOST);
			this.messages = messages.slice(beyond);
			if (beyond) this.older = true;
			this.#skipped = skip;
			this.newer = skip > 0;
		});
	}

	async #load(work: () => Promise<void>) {
		this.loading = true;
		try {
			await work();
		} finally {
			this.loading = false;
		}
	}

	/** Brings the messages around a moment here. */
	async show(time: number): Promise<void> {
		const turn = ++this.#turn;
		const index = await this.#locate(time);
		const skip = Math.max(0, index - PAGE / 2);
		const page = await this.source(skip, PAGE);
		if (turn !== this.#turn) return;
		this.#place(page, skip, page.length === PAGE);
		this.phase = 'ready';
	}

	// -- What happens while it is open

	/** A new message; true when it was not here yet and has its place here. */
	receive(message: ChannelMessage): boolean {
		const temp = message.temp_id;
		const known = this.messages.find((m) => m.id === message.id || (temp && m.temp_id === temp));
		if (temp) this.#sent(temp);
		if (known) {
			this.#replace(known, { ...message, temp_id: known.temp_id });
			return false;
		}
		if (this.newer) {
			this.#skipped += 1;
			return false;
		}
		this.#arrived.push(message);
		this.messages = [...this.messages, message];
		return true;
	}

	/** What the server answered to one who wrote: without author and so on, which are known here. */
	confirm(temp: string, reply: ChannelMessage) {
		const known = this.messages.find((m) => m.temp_id === temp);
		this.#sent(temp);
		if (!known || known.id === reply.id) return;
		const { id, created_at, updated_at, data } = reply;
		this.#replace(known, { ...known, id, created_at, updated_at, data });
	}

	change(id: string, change: Partial<ChannelMessage>) {
		const known = this.get(id);
		if (known) this.#replace(known, { ...known, ...change });
		// Whoever quotes it shows the new text.
		if (change.content === undefined) return;
		this.messages = this.messages.map((message) =>
			message.reply_to_message?.id === id
				? {
						...message,
						reply_to_message: { ...message.reply_to_message, content: change.content! }
					}
				: message
		);
	}

	remove({ id, created_at }: ChannelMessage) {
		if (this.#removed.has(id)) return;
		this.#removed.add(id);
		this.#arrived = this.#arrived.filter((message) => message.id !== id);
		const last = this.messages.at(-1);
		if (this.newer && !this.get(id) && last && created_at > last.created_at) this.#skipped -= 1;
		this.messages = this.messages
			.filter((message) => message.id !== id)
			.map((message) =>
				message.reply_to_message?.id === id ? { ...message, reply_to_message: null } : message
			);
	}

	#replace(known: ChannelMessage, by: ChannelMessage) {
		// What is being sent may have come by a page too, under the number it has got meanwhile.
		this.messages = this.messages
			.filter((message) => message === known || message.id !== by.id)
			.map((message) => (message === known ? by : message));
	}

	// -- What is being sent

	/** Shows a message before the server has it. */
	begin(message: ChannelMessage) {
		this.sending = { ...this.sending, [message.temp_id!]: 'sending' };
		this.messages = [...this.messages, message];
	}

	fail(temp: string) {
		if (this.sending[temp]) this.sending = { ...this.sending, [temp]: 'failed' };
	}

	/** Takes one away that could not be sent. */
	drop(temp: string) {
		this.messages = this.messages.filter((message) => message.temp_id !== temp);
		this.#sent(temp);
	}

	#sent(temp: string) {
		if (!this.sending[temp]) return;
		const { [temp]: gone, ...rest } = this.sending;
		void gone;
		this.sending = rest;
	}
}

/** A message as a list gives it, with what a fuller answer has told already. */
function settled(message: ChannelMessage, known: ChannelMessage | undefined): ChannelMessage {
	if (!known) return message;
	const data = message.updated_at === known.updated_at ? known.data : message.data;
	return { ...message, data, temp_id: known.temp_id };
}
