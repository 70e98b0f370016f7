/** Something that listens to one person for a while, and then knows what was said. */
export interface Ear {
	/** Begins to listen. Rejects where it may not. */
	open(): Promise<void>;
	/** Stops listening and gives the text. When that fails it can be asked again: nothing has to be said twice. */
	text(): Promise<string>;
	/** Lets go of the microphone, and of the text that may be on its way. */
	close(): void;
	/** How loud it is just now, from 0 to 1, if it can tell. */
	level?(): number;
}

/** What an ear tells of its own accord. */
export interface EarEvents {
	/** It has stopped listening: the microphone is gone, or the browser takes the silence for the end. */
	onEnd: () => void;
	/** The words so far. */
	onHeard: (words: string) => void;
}

/** `refused`: by the person or the browser; `missing`: there is no microphone; `busy`: another program has it. */
export type Deafness = 'refused' | 'missing' | 'busy' | 'unreachable';

export class Deaf extends Error {
	constructor(readonly reason: Deafness) {
		super(reason);
	}
}
