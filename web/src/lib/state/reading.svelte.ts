/** What is being read aloud: one thing at a time. How that is done is fetched when it is first wanted. */
import { toasts } from './toasts.svelte';

class Reading {
	/** Whose text it is: a message, or whatever else was given to `start`. */
	id = $state<string | null>(null);
	/** Nothing is heard yet. */
	waiting = $state(false);
	#control = new AbortController();

	toggle(id: string, content: string) {
		if (this.id === id) this.stop();
		else void this.start(id, content);
	}

	async start(id: string, content: string): Promise<void> {
		this.stop();
		const { signal } = (this.#control = new AbortController());
		this.id = id;
		this.waiting = true;
		try {
			const { read } = await import('./read-aloud');
			if (signal.aborted) return;
			await read(content, signal, (playing) => {
				if (!signal.aborted) this.waiting = !playing;
			});
		} catch (error) {
			if (!signal.aborted) toasts.failure(error);
		}
		if (!signal.aborted) this.stop();
	}

	stop() {
		this.#control.abort();
		this.id = null;
		this.waiting = false;
	}
}

export const reading = new Reading();
