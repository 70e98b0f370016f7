/** The one Socket.IO connection of this tab. */
import type { Socket } from 'socket.io-client';
import { token } from '$lib/api/client';
import type { ChatEvent } from '$lib/chat/types';

const HEARTBEAT_MS = 30_000;
const CONNECT_WAIT_MS = 8_000;

type Listener = (event: ChatEvent) => void;
/** What others than chats listen to: channels, notes. */
type Handler = (payload: never) => void;

class Realtime {
	connected = $state(false);
	/** How often the server has taken us in: what happened before was told to nobody here. */
	joins = $state(0);
	/** True once a connection that had been there was lost, until it is back. */
	lost = $state(false);

	#socket: Socket | undefined;
	#heartbeat: ReturnType<typeof setInterval> | undefined;
	#listener: Listener = () => {};
	#onRejoin: () => void = () => {};
	#joinedOnce = false;
	#wanted = false;
	#handlers = new Map<string, Set<Handler>>();

	get id(): string | undefined {
		return this.#socket?.id;
	}

	async connect(websocket: boolean, listener: Listener, onRejoin: () => void) {
		this.#listener = listener;
		this.#onRejoin = onRejoin;
		// Asked twice in the same moment, there must not be two connections: both would hear everything.
		if (this.#wanted) return;
		this.#wanted = true;
		const { io } = await import('socket.io-client').catch((error: unknown) => {
			this.#wanted = false;
			throw error;
		});
		if (!this.#wanted) return;
		this.#socket = io({
			path: '/ws/socket.io',
			transports: websocket ? ['websocket'] : ['polling', 'websocket'],
			reconnectionDelay: 1000,
			reconnectionDelayMax: 5000,
			randomizationFactor: 0.5,
			auth: (send) => send({ token: token.get() })
		});
		this.#socket.on('connect', () => this.#connected());
		this.#socket.on('disconnect', () => {
			this.connected = false;
			this.lost = true;
		});
		this.#socket.on('events', (event: ChatEvent, answer?: (value: unknown) => void) => {
			// Calls want an answer; this page offers none of those services yet.
			answer?.(false);
			this.#listener(event);
		});
		for (const event of this.#handlers.keys()) this.#relay(event);
		this.#heartbeat = setInterval(() => this.#socket?.emit('heartbeat', {}), HEARTBEAT_MS);
	}

	#connected() {
		this.connected = true;
		this.lost = false;
		this.join();
		if (this.#joinedOnce) this.#onRejoin();
		this.#joinedOnce = true;
	}

	/** Hears an event, also after the connection was away. Gives the way to stop. */
	on<P>(event: string, handler: (payload: P) => void): () => void {
		let handlers = this.#handlers.get(event);
		if (!handlers) {
			handlers = new Set();
			this.#handlers.set(event, handlers);
			this.#relay(event);
		}
		handlers.add(handler as Handler);
		return () => void handlers.delete(handler as Handler);
	}

	#relay(event: string) {
		this.#socket?.on(event, (payload: unknown) => {
			for (const handler of this.#handlers.get(event) ?? []) handler(payload as never);
		});
	}

	/** Sends when there is a connection; tells whether there was. */
	emit(event: string, payload: unknown): boolean {
		if (!this.#socket?.connected) return false;
		this.#socket.emit(event, payload);
		return true;
	}

	/** Asks to hear of channels that were not there when the server took us in; tells whether it could ask. */
	joinChannels(): boolean {
		if (!this.#socket?.connected) return false;
		this.#socket.emit('join-channels', { auth: { token: token.get() } }, () => (this.joins += 1));
		return true;
	}

	/** Says who we are. The server answers with the text so far of every running turn of ours. */
	join() {
		if (this.#socket?.connected) {
			this.#socket.emit('user-join', { auth: { token: token.get() } }, () => (this.joins += 1));
		}
	}

	/** The session id, once there is a connection. Undefined when none came in time. */
	async ready(): Promise<string | undefined> {
		const deadline = Date.now() + CONNECT_WAIT_MS;
		while (!this.#socket?.connected && Date.now() < deadline) {
			await new Promise((resolve) => setTimeout(resolve, 60));
		}
		return this.#socket?.connected ? this.#socket.id : undefined;
	}

	close() {
		this.#wanted = false;
		clearInterval(this.#heartbeat);
		this.#socket?.disconnect();
		this.#socket = undefined;
		this.#joinedOnce = false;
		this.connected = false;
		this.lost = false;
	}
}

export const realtime = new Realtime();
