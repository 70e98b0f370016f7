/**
 * Cuts a growing Markdown text into top-level blocks. Finished blocks keep their identity from call to
 * call, so the page renders each of them once; only the end of the text is read again.
 */
import { marked, type Token } from 'marked';

export interface Block {
	key: number;
	token: Token;
}

/** How many blocks at the end may still change when text is added (a list can swallow what follows). */
const OPEN_BLOCKS = 2;

export class BlockSplitter {
	#blocks: Block[] = [];
	/** How many blocks are closed for good, and the text they cover. */
	#closed = 0;
	#prefix = '';

	/**
	 * @param final the text is complete: read it whole once more, so that link definitions at the end
	 *   reach the blocks before them.
	 */
	update(text: string, final = false): Block[] {
		if (final || !text.startsWith(this.#prefix)) {
			this.#closed = 0;
			this.#prefix = '';
		}
		const tokens = marked.lexer(text.slice(this.#prefix.length));
		const blocks = this.#blocks.slice(0, this.#closed);
		for (const token of tokens) {
			if (token.type === 'space' || token.type === 'def') continue;
			const key = blocks.length;
			const before = this.#blocks[key];
			// The same source gives the same block, except that a definition may have come for its links.
			const same = before && before.token.raw === token.raw && !(final && hasReference(token.raw));
			blocks.push(same ? before : { key, token });
		}
		this.#blocks = blocks;
		if (!final) this.#close(tokens);
		return blocks;
	}

	#close(tokens: Token[]) {
		const solid = tokens.filter((t) => t.type !== 'space' && t.type !== 'def').length;
		let toClose = solid - OPEN_BLOCKS;
		if (toClose <= 0) return;
		let covered = '';
		for (const token of tokens) {
			if (toClose === 0) break;
			covered += token.raw;
			if (token.type !== 'space' && token.type !== 'def') {
				toClose -= 1;
				this.#closed += 1;
			}
		}
		this.#prefix += covered;
	}
}

const hasReference = (raw: string) => raw.includes('[');
