/** What the pieces of a text may ask of whatever shows it. */
import { getContext, setContext } from 'svelte';

export interface Surroundings {
	/** The text still grows. */
	readonly streaming: boolean;
	/** Thinking and tool calls begin unfolded. */
	readonly expanded: boolean;
	readonly collapseCode: boolean;
	/** Shows source number n. */
	openSource?: (number: number) => void;
	/** Runs a page or picture made of code in a frame of its own. */
	preview?: (language: string, code: string) => void;
}

const KEY = Symbol('text');

export const surround = (with_: Surroundings) => setContext(KEY, with_);
export const surroundings = (): Surroundings =>
	getContext<Surroundings | undefined>(KEY) ?? {
		streaming: false,
		expanded: false,
		collapseCode: false
	};
