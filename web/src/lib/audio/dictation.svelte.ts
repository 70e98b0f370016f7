/** One dictation, from the question for the microphone to the text. */
import type { Ear, EarEvents } from './ear';

export type Phase = 'opening' | 'listening' | 'transcribing' | 'failed' | 'closed';

interface Outcome {
	/** What was said; empty when nothing was understood. */
	onText: (text: string) => void;
	/** There is no microphone to listen with. */
	onDeaf: (error: unknown) => void;
	/** In any case, at last. */
	onClosed: () => void;
}

export class Dictation {
	phase = $state<Phase>('opening');
	/** The words so far, where the ear can tell. */
	heard = $state('');
	/** Why the recording has not become a text. It is kept, and can be tried again. */
	problem = $state.raw<unknown>();
	readonly #ear: Ear;

	constructor(
		earFor: (events: EarEvents) => Ear,
		private readonly outcome: Outcome
	) {
		this.#ear = earFor({
			onEnd: () => this.phase === 'listening' && void this.finish(),
			onHeard: (words) => (this.heard = words)
		});
	}

	/** Quieter than a person who speaks is 0, the loudest is 1; undefined where it is not known. */
	level = (): number | undefined => this.#ear.level?.();

	async open(): Promise<void> {
		try {
			await this.#ear.open();
		} catch (error) {
			if (this.#isOver()) return;
			this.cancel();
			this.outcome.onDeaf(error);
			return;
		}
		if (!this.#isOver()) this.phase = 'listening';
	}

	/** Makes a text of what was said, or tries that again. */
	async finish(): Promise<void> {
		if (this.phase !== 'listening' && this.phase !== 'failed') return;
		this.phase = 'transcribing';
		try {
			const text = (await this.#ear.text()).trim();
			if (this.#isOver()) return;
			this.cancel();
			this.outcome.onText(text);
		} catch (error) {
			if (this.#isOver()) return;
			this.problem = error;
			this.phase = 'failed';
		}
	}

	cancel() {
		if (this.#isOver()) return;
		this.phase = 'closed';
		this.#ear.close();
		this.outcome.onClosed();
	}

	/** While it waits for something, anybody may call it off. */
	#isOver = () => this.phase === 'closed';
}
