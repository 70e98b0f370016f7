/** Colours for the code of one answer. Asking is free; colouring happens when there is time. */
import type { Coloured } from './answer';
import { highlight } from './highlight';
import { chunkHtml } from './highlight-lines';

interface Entry extends Coloured {
	language: string;
}

/** Growing code is coloured again after this many times what colouring took last. */
const PAUSE_FACTOR = 6;
const MIN_PAUSE_MS = 180;

export class CodeColours {
	#finished = new Map<string, Entry | null>();
	#growing: Entry | undefined;
	#wanted: { language: string; code: string; closed: boolean }[] = [];
	#nextGrowth = 0;

	get = (language: string, code: string, closed: boolean): Coloured | undefined => {
		if (!language || !code) return undefined;
		const key = `${language}\n${code}`;
		const done = this.#finished.get(key);
		if (done !== undefined) return done ?? undefined;
		const { language: same, code: before } = this.#growing ?? { language: '', code: '' };
		const grown = same === language && code.startsWith(before) ? this.#growing : undefined;
		if (grown && before === code) {
			if (closed) this.#finished.set(key, grown);
			return grown;
		}
		this.#wanted.push({ language, code, closed });
		return grown;
	};

	/**
	 * Colours what was asked for. True when something is new; a number is the time to ask again at.
	 */
	async work(now: () => number = () => performance.now()): Promise<boolean | number> {
		const wanted = this.#wanted;
		this.#wanted = [];
		let found = false;
		let later = 0;
		for (const { language, code, closed } of wanted) {
			if (!closed && now() < this.#nextGrowth) {
				later = this.#nextGrowth;
				continue;
			}
			const start = now();
			const html = await highlight(code, language).catch(() => null);
			const entry = html === null ? null : { language, code, html: chunkHtml(html) };
			if (closed || !entry) this.#finished.set(`${language}\n${code}`, entry);
			else {
				this.#growing = entry;
				this.#nextGrowth = now() + Math.max(MIN_PAUSE_MS, PAUSE_FACTOR * (now() - start));
			}
			found ||= entry !== null;
		}
		return found || later;
	}
}
