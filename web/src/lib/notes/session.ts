/**
 * One note edited by several people at once: a Yjs document that is kept in step over Socket.IO.
 *
 * The server keeps the updates of a document while somebody edits it. Whoever opens a note that nobody edits
 * gets an empty document and fills it from the stored text (`seed`). Two people who do that in the same moment
 * must not double the text: the seed is made the same way by everybody, so that Yjs takes it for one and the
 * same change.
 */
import {
	Awareness,
	applyAwarenessUpdate,
	encodeAwarenessUpdate,
	removeAwarenessStates
} from 'y-protocols/awareness';
import * as Y from 'yjs';

/** The connection, as far as it is needed here. */
export interface Transport {
	on<P>(event: string, handler: (payload: P) => void): () => void;
	emit(event: string, payload: unknown): boolean;
}

export interface Person {
	id: string;
	name: string;
	color: string;
}

/** What is saved with an update. */
export interface Saved {
	content: { md: string; html: string; json: unknown };
}

interface Options {
	noteId: string;
	person: Person;
	transport: Transport;
	/** Changes are sent; otherwise they are only received. */
	writable: boolean;
	/** The stored text as an update, for a document that nobody edits. */
	seed: () => Uint8Array | undefined;
	/** The text as it is to be saved. */
	snapshot: () => Saved;
	onReady: () => void;
	onSent: () => void;
}

/** Changes are gathered this long: each message carries the whole text for saving. */
export const GATHER_MS = 250;
/** Changes of others that come so soon after one's own were made without knowing of it. */
const ALONGSIDE_MS = 5000;
/** How long nobody writes until the text with everybody's changes is saved. */
export const SETTLE_MS = 1000;

const REMOTE = Symbol('remote');
const SEED = Symbol('seed');

const bytes = (numbers: number[]) => Uint8Array.from(numbers);
/** True for an update that holds no change. */
const isEmpty = (update: Uint8Array) => update.length <= 2;

export class NoteSession {
	readonly doc = new Y.Doc();
	readonly awareness = new Awareness(this.doc);
	readonly documentId: string;
	#options: Options;
	#stops: (() => void)[] = [];
	#waiting: Uint8Array[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#settling: ReturnType<typeof setTimeout> | undefined;
	#sentAt = -Infinity;
	#ready = false;

	constructor(options: Options) {
		this.#options = options;
		this.documentId = `note:${options.noteId}`;
		this.awareness.setLocalStateField('user', {
			id: options.person.id,
			name: options.person.name,
			color: options.person.color
		});
		this.doc.on('update', this.#onUpdate);
		this.awareness.on('update', this.#onAwareness);
		const { transport } = options;
		this.#stops = [
			transport.on('ydoc:document:state', this.#onState),
			transport.on('ydoc:document:update', this.#onRemote),
			transport.on('ydoc:awareness:update', this.#onRemoteAwareness),
			transport.on('ydoc:user:joined', this.#onJoined),
			transport.on('ydoc:user:left', this.#onLeft)
		];
	}

	/** Changes that the server does not have yet. */
	get pending(): boolean {
		return this.#waiting.length > 0;
	}

	/** Enters the document; also after the connection was away. */
	join() {
		const { person, transport } = this.#options;
		transport.emit('ydoc:document:join', {
			document_id: this.documentId,
			user_id: person.id,
			user_name: person.name,
			user_color: person.color
		});
	}

	leave() {
		clearTimeout(this.#timer);
		this.#send();
		if (this.#settling) this.#settle();
		removeAwarenessStates(this.awareness, [this.doc.clientID], 'leave');
		this.#emit('ydoc:document:leave', {});
		for (const stop of this.#stops) stop();
		this.awareness.destroy();
		this.doc.destroy();
	}

	#emit = (event: string, more: object) =>
		this.#options.transport.emit(event, {
			document_id: this.documentId,
			user_id: this.#options.person.id,
			...more
		});

	#mine = (payload: { document_id?: string }) => payload?.document_id === this.documentId;

	#onState = (payload: { document_id: string; state: number[] }) => {
		if (!this.#mine(payload)) return;
		const state = bytes(payload.state);
		if (!isEmpty(state)) Y.applyUpdate(this.doc, state, REMOTE);
		else if (!this.#ready) {
			const seed = this.#options.seed();
			if (seed) Y.applyUpdate(this.doc, seed, SEED);
		}
		// What the server lacks: the seed, or what was written while the connection was away.
		const theirs = isEmpty(state) ? undefined : Y.encodeStateVectorFromUpdate(state);
		const missing = Y.encodeStateAsUpdate(this.doc, theirs);
		this.#waiting = [];
		if (this.#options.writable && !isEmpty(missing)) {
			const changed = this.#ready;
			this.#emit('ydoc:document:update', {
				update: [...missing],
				// A seed is saved already.
				...(changed ? { data: this.#options.snapshot() } : {})
			});
			if (changed) this.#options.onSent();
		}
		this.#sendAwareness();
		if (!this.#ready) {
			this.#ready = true;
			this.#options.onReady();
		}
	};

	#onRemote = (payload: { document_id: string; update: number[] }) => {
		if (!this.#mine(payload)) return;
		Y.applyUpdate(this.doc, bytes(payload.update), REMOTE);
		if (Date.now() - this.#sentAt > ALONGSIDE_MS) return;
		clearTimeout(this.#settling);
		this.#settling = setTimeout(() => this.#settle(), SETTLE_MS);
	};

	/**
	 * Saves the text once more. Of two who send at the same time, neither text holds the change of the other, and the
	 * one that came last is what would stay.
	 */
	#settle() {
		clearTimeout(this.#settling);
		this.#settling = undefined;
		this.#emit('ydoc:document:update', { update: [], data: this.#options.snapshot() });
	}

	#onUpdate = (update: Uint8Array, origin: unknown) => {
		if (origin === REMOTE || origin === SEED || !this.#options.writable) return;
		this.#waiting.push(update);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#send(), GATHER_MS);
	};

	/** Sends what was gathered. What cannot be sent is in the next answer to `join`. */
	#send() {
		if (this.#waiting.length === 0) return;
		const update = Y.mergeUpdates(this.#waiting);
		const sent = this.#emit('ydoc:document:update', {
			update: [...update],
			data: this.#options.snapshot()
		});
		if (!sent) return;
		this.#waiting = [];
		this.#sentAt = Date.now();
		this.#options.onSent();
	}

	#onAwareness = (
		{ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>,
		origin: unknown
	) => {
		if (origin === REMOTE) return;
		const changed = [...added, ...updated, ...removed];
		this.#emit('ydoc:awareness:update', {
			update: [...encodeAwarenessUpdate(this.awareness, changed)]
		});
	};

	#sendAwareness() {
		if (!this.awareness.getLocalState()) return;
		this.#emit('ydoc:awareness:update', {
			update: [...encodeAwarenessUpdate(this.awareness, [this.doc.clientID])]
		});
	}

	#onRemoteAwareness = (payload: { document_id: string; update: number[] }) => {
		if (this.#mine(payload)) applyAwarenessUpdate(this.awareness, bytes(payload.update), REMOTE);
	};

	/** Who comes late does not know where we are. */
	#onJoined = (payload: { document_id: string }) => {
		if (this.#mine(payload)) this.#sendAwareness();
	};

	#onLeft = (payload: { document_id: string; user_id: string }) => {
		if (!this.#mine(payload) || payload.user_id === this.#options.person.id) return;
		const gone = [...this.awareness.getStates()]
			.filter(([, state]) => (state.user as Person | undefined)?.id === payload.user_id)
			.map(([client]) => client);
		removeAwarenessStates(this.awareness, gone, REMOTE);
	};
}

/** A colour of one's own, the same everywhere, dark enough for white words. Other clients want it as `#rrggbb`. */
export function colorOf(id: string): string {
	let hue = 0;
	for (const sign of id) hue = (hue * 31 + sign.codePointAt(0)!) % 360;
	const [saturation, light] = [0.55, 0.4];
	const part = (n: number) => {
		const k = (n + hue / 30) % 12;
		const value = light - saturation * light * Math.max(-1, Math.min(k - 3, 9 - k, 1));
		return Math.round(255 * value)
			.toString(16)
			.padStart(2, '0');
	};
	return `#${part(0)}${part(8)}${part(4)}`;
}

/** The same number for the same text, as an id of the client that makes a seed. */
export function seedClient(text: string): number {
	let hash = 2166136261;
	for (let i = 0; i < text.length; i += 1)
		hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
	return hash || 1;
}
