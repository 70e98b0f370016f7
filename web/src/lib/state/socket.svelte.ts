/** The one Socket.IO connection of this tab. */
import type { Socket } from 'socket.io-client';
import { token } from '$lib/api/client';
import type { ChatEvent } from '$lib/chat/types';

const HEARTBEAT_MS = 30_000;
const CONNECT_WAIT_MS = 8_000;

type Listener = (event: ChatEvent) => void;

class Realtime {
	connected = $state(false);
	/** True once a connection that had been there was lost, until it is back. */
	lost = $state(false);

	#socket: Socket | undefined;
	#heartbeat: ReturnType<typeof setInterval> | undefined;
	#listener: Listener = () => {};
	#onRejoin: () => void = () => {};
	#joinedOnce = false;
	#opening = false;

	get id(): string | undefined {
		return this.#socket?.id;
	}

	async connect(websocket: boolean, listener: Listener, onRejoin: () => void) {
		this.#listener = listener;
		this.#onRejoin = onRejoin;
		// A second connection would hear, and add, everything twice.
		if (this.#socket || this.#opening) return;
		this.#opening = true;
		const { io } = await import('socket.io-client').finally(() => (this.#opening = false));
		if (!token.get()) return;
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
		this.#heartbeat = setInterval(() => this.#socket?.emit('heartbeat', {}), HEARTBEAT_MS);
	}

	#connected() {
		this.connected = true;
		this.lost = false;
		this.join();
		if (this.#joinedOnce) this.#onRejoin();
		this.#joinedOnce = true;
	}

	/** Says who we are. The server answers with the text so far of every running turn of ours. */
	join() {
		if (this.#socket?.connected) {
			this.#socket.emit('user-join', { auth: { token: token.get() } }, () => {});
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
		clearInterval(this.#heartbeat);
		this.#socket?.disconnect();
		this.#socket = undefined;
		this.#joinedOnce = false;
		this.connected = false;
		this.lost = false;
	}
}

export const realtime = new Realtime();
