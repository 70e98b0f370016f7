/**
 * Cuts a growing Markdown text into top-level tokens. Finished ones keep their identity from call to call,
 * so that each is turned into HTML once; only the end of the text is read again.
 */
import type { Token } from 'marked';

export interface Piece {
	key: number;
	token: Token;
}

/** How many pieces at the end may still change when text is added (a list can swallow what follows). */
const OPEN_PIECES = 2;

const isVisible = (token: Token) => token.type !== 'space' && token.type !== 'def';

export class BlockSplitter {
	#pieces: Piece[] = [];
	/** How many pieces are closed for good, and the text they cover. */
	#closed = 0;
	#prefix = '';
	readonly #lex: (text: string) => Token[];

	constructor(lex: (text: string) => Token[]) {
		this.#lex = lex;
	}

	/**
	 * @param final the text is complete: read it whole once more, so that link definitions at the end
	 *   reach the blocks before them.
	 */
	update(text: string, final = false): Piece[] {
		if (final || !text.startsWith(this.#prefix)) {
			this.#closed = 0;
			this.#prefix = '';
		}
		const tokens = this.#lex(text.slice(this.#prefix.length));
		const defines = final && tokens.some((t) => t.type === 'def');
		const pieces = this.#pieces.slice(0, this.#closed);
		for (const token of tokens) {
			if (!isVisible(token)) continue;
			const key = pieces.length;
			const before = this.#pieces[key];
			// The same source gives the same piece, except that a definition may have come for its links.
			const same =
				before && before.token.raw === token.raw && !(defines && hasReference(token.raw));
			pieces.push(same ? before : { key, token });
		}
		this.#pieces = pieces;
		if (!final) this.#close(tokens);
		return pieces;
	}

	#close(tokens: Token[]) {
		let toClose = tokens.filter(isVisible).length - OPEN_PIECES;
		if (toClose <= 0) return;
		let covered = '';
		for (const token of tokens) {
			if (toClose === 0) break;
			covered += token.raw;
			if (isVisible(token)) {
				toClose -= 1;
				this.#closed += 1;
			}
		}
		this.#prefix += covered;
	}
}

const hasReference = (raw: string) => raw.includes('[');
