/** Lets the browser listen. */
import { Deaf, type Deafness, type Ear, type EarEvents } from './ear';
import type { Recognition } from './recognition';

const REASONS: Record<string, Deafness> = {
	'not-allowed': 'refused',
	'service-not-allowed': 'refused',
	'audio-capture': 'missing',
	network: 'unreachable',
	'language-not-supported': 'unreachable'
};

export class RecognitionEar implements Ear {
	#words = '';
	#over = false;
	#failure: Deaf | undefined;
	#whenOver: () => void = () => {};

	constructor(
		private readonly recognition: Recognition,
		language: string,
		private readonly events: EarEvents
	) {
		recognition.lang = language;
		recognition.continuous = true;
		recognition.interimResults = true;
	}

	open(): Promise<void> {
		const { recognition } = this;
		recognition.onresult = ({ results }) => {
			this.#words = Array.from(results, ([best]) => best?.transcript ?? '')
				.join('')
				.trim();
			this.events.onHeard(this.#words);
		};
		return new Promise((resolve, reject) => {
			recognition.onstart = () => resolve();
			recognition.onerror = ({ error }) => {
				const reason = REASONS[error];
				if (!reason) return;
				this.#failure = new Deaf(reason);
				reject(this.#failure);
			};
			recognition.onend = () => {
				this.#over = true;
				this.#whenOver();
				this.events.onEnd();
			};
			recognition.start();
		});
	}

	async text(): Promise<string> {
		if (!this.#over) {
			const over = new Promise<void>((resolve) => (this.#whenOver = resolve));
			this.recognition.stop();
			await over;
		}
		// What was understood before it failed is not lost.
		if (!this.#words && this.#failure) throw this.#failure;
		return this.#words;
	}

	close(): void {
		this.recognition.onend = null;
		this.recognition.abort();
	}
}
