import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { GATHER_MS, NoteSession, SETTLE_MS, colorOf, seedClient, type Transport } from './session';

type Payload = Record<string, unknown> & { document_id: string };

/** What the server of the contract does with documents, in a few lines. */
class Server {
	updates: Uint8Array[] = [];
	members = new Set<Client>();
	saved: unknown;

	receive(from: Client, event: string, payload: Payload) {
		if (event === 'ydoc:document:join') {
			this.members.add(from);
			const state = this.updates.length ? [...Y.mergeUpdates(this.updates)] : [0, 0];
			from.hear('ydoc:document:state', { document_id: payload.document_id, state });
			this.others(from, 'ydoc:user:joined', payload);
		} else if (event === 'ydoc:document:leave') {
			this.members.delete(from);
			this.others(from, 'ydoc:user:left', payload);
			if (this.members.size === 0) this.updates = [];
		} else {
			if (event === 'ydoc:document:update') {
				if (payload.data) this.saved = payload.data;
				if ((payload.update as number[]).length === 0) return;
				this.updates.push(Uint8Array.from(payload.update as number[]));
			}
			this.others(from, event, payload);
		}
	}

	others(from: Client, event: string, payload: Payload) {
		for (const member of this.members) if (member !== from) member.hear(event, payload);
	}
}

class Client implements Transport {
	connected = true;
	#handlers = new Map<string, ((payload: never) => void)[]>();
	constructor(readonly server: Server) {}
	on<P>(event: string, handler: (payload: P) => void) {
		this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler as never]);
		return () => {};
	}
	emit(event: string, payload: unknown) {
		if (!this.connected) return false;
		this.server.receive(this, event, structuredClone(payload) as Payload);
		return true;
	}
	hear(event: string, payload: Payload) {
		if (this.connected) this.#handlers.get(event)?.forEach((handler) => handler(payload as never));
	}
}

/** The stored text as everybody makes an update of it. */
function seed(text: string): Uint8Array {
	const doc = new Y.Doc();
	doc.clientID = seedClient(text);
	doc.getText('t').insert(0, text);
	return Y.encodeStateAsUpdate(doc);
}

function open(server: Server, id: string, { writable = true, stored = 'stored' } = {}) {
	const transport = new Client(server);
	const session: NoteSession = new NoteSession({
		noteId: 'n',
		person: { id, name: id.toUpperCase(), color: '#000' },
		transport,
		writable,
		seed: () => seed(stored),
		snapshot: () => ({ content: { md: text(), html: '', json: null } }),
		onReady: vi.fn(),
		onSent: vi.fn()
	});
	const text = () => session.doc.getText('t').toString();
	const type = (words: string) => session.doc.getText('t').insert(0, words);
	session.join();
	return { session, transport, text, type };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTime(GATHER_MS + 1);

describe('a note that several people edit', () => {
	it('begins with the stored text, once', () => {
		const server = new Server();
		const ada = open(server, 'ada');
		const ben = open(server, 'ben');
		expect(ada.text()).toBe('stored');
		expect(ben.text()).toBe('stored');
		expect(server.saved, 'a seed is saved already').toBeUndefined();
	});

	it('does not double the text when two open it in the same moment', () => {
		const server = new Server();
		const [ada, ben] = [open(server, 'ada'), open(new Server(), 'ben')];
		// Both were told that nobody edits the note; then each hears the other's seed.
		const update = [...Y.encodeStateAsUpdate(ben.session.doc)];
		ada.transport.hear('ydoc:document:update', { document_id: 'note:n', update });
		expect(ada.text()).toBe('stored');
	});

	it('sends changes with the text to save, gathered', () => {
		const server = new Server();
		const [ada, ben] = [open(server, 'ada'), open(server, 'ben')];
		const before = server.updates.length;
		ada.type('b');
		ada.type('a');
		expect(ada.session.pending).toBe(true);
		expect(ben.text()).toBe('stored');
		settle();
		expect(ben.text()).toBe('abstored');
		expect(server.updates).toHaveLength(before + 1);
		expect(server.saved).toEqual({ content: { md: 'abstored', html: '', json: null } });
		expect(ada.session.pending).toBe(false);
	});

	it('saves what two wrote at the same time, though neither sent the words of the other', () => {
		const server = new Server();
		const [ada, ben] = [open(server, 'ada'), open(server, 'ben')];
		const late: (() => void)[] = [];
		const { receive } = server;
		// What both send arrives, and is passed on, when both have sent it.
		server.receive = (...message) => void late.push(() => receive.apply(server, message));
		ada.type('A');
		ben.type('B');
		settle();
		server.receive = receive;
		late.forEach((arrive) => arrive());
		const saved = () => (server.saved as { content: { md: string } }).content.md;
		expect(saved()).toBe('Bstored');
		vi.advanceTimersByTime(SETTLE_MS + 1);
		expect(saved()).toMatch(/^(AB|BA)stored$/);
		expect(ada.text()).toBe(ben.text());
		const { saved: last } = server;
		server.saved = undefined;
		vi.advanceTimersByTime(60_000);
		expect(server.saved, 'once is enough').toBeUndefined();
		expect(last).toBeDefined();
	});

	it('brings together what was written while the connection was away', () => {
		const server = new Server();
		const [ada, ben] = [open(server, 'ada'), open(server, 'ben')];
		ada.transport.connected = false;
		ada.type('A');
		settle();
		ben.type('B');
		settle();
		expect(ada.session.pending).toBe(true);
		ada.transport.connected = true;
		ada.session.join();
		expect(ada.text()).toBe(ben.text());
		expect(ada.text()).toMatch(/^(AB|BA)stored$/);
		expect(ada.session.pending).toBe(false);
		expect((server.saved as { content: { md: string } }).content.md).toBe(ada.text());
	});

	it('gives the text back to a server that has forgotten it', () => {
		const server = new Server();
		const ada = open(server, 'ada');
		ada.type('new ');
		settle();
		server.updates = [];
		ada.session.join();
		expect(ada.text()).toBe('new stored');
		expect(open(server, 'ben').text()).toBe('new stored');
	});

	it('is left alone by those who may only read', () => {
		const server = new Server();
		const ada = open(server, 'ada', { writable: false });
		expect(ada.text()).toBe('stored');
		ada.type('x');
		settle();
		expect(server.updates).toEqual([]);
	});

	it('keeps what was typed just before leaving', () => {
		const server = new Server();
		const ada = open(server, 'ada');
		const ben = open(server, 'ben');
		ada.type('last ');
		ada.session.leave();
		expect(ben.text()).toBe('last stored');
	});

	it('shows who is there', () => {
		const server = new Server();
		const [ada, ben] = [open(server, 'ada'), open(server, 'ben')];
		const names = (session: NoteSession) =>
			[...session.awareness.getStates().values()]
				.map((s) => (s.user as { name: string }).name)
				.sort();
		expect(names(ada.session)).toEqual(['ADA', 'BEN']);
		expect(names(ben.session)).toEqual(['ADA', 'BEN']);
		ben.session.leave();
		expect(names(ada.session)).toEqual(['ADA']);
	});

	it('ignores other notes', () => {
		const ada = open(new Server(), 'ada');
		const update = [...seed('other')];
		ada.transport.hear('ydoc:document:update', { document_id: 'note:other', update });
		expect(ada.text()).toBe('stored');
	});
});

describe('names for people and seeds', () => {
	it('are the same everywhere and differ', () => {
		expect(colorOf('ada')).toBe(colorOf('ada'));
		expect(colorOf('ada')).toMatch(/^#[0-9a-f]{6}$/);
		expect(colorOf('ada')).not.toBe(colorOf('ben'));
		expect(seedClient('a')).not.toBe(seedClient('b'));
		expect(seedClient('')).toBeGreaterThan(0);
	});
});
