/** Reads Markdown off the main thread. One session per answer; see `nodes.ts` for what goes to and fro. */
import { Answer } from './answer';
import { CodeColours } from './colours';
import { loadMath, mathRenderer } from './katex';
import type { Block, FromWorker, ToWorker } from './nodes';

type Post = (message: FromWorker) => void;

class Session {
	#content = '';
	#reasoning = '';
	#final = false;
	#sources = 0;
	#updates = 0;
	#answer = new Answer();
	#colours = new CodeColours();
	#sent: Block[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closed = false;

	constructor(
		readonly id: number,
		readonly post: Post
	) {}

	text({ at, text, reasoning, final, sources }: Extract<ToWorker, { type: 'text' }>) {
		this.#content = this.#content.slice(0, at) + text;
		this.#reasoning = reasoning;
		this.#final = final;
		this.#sources = sources;
		this.#updates += 1;
		// A whole text is worth waiting for its formulas; a growing one shows at once.
		this.#show(true);
	}

	close() {
		this.#closed = true;
		clearTimeout(this.#timer);
	}

	#show(always: boolean) {
		const answer = this.#answer;
		answer.needsMath = false;
		const blocks = answer.update(this.#content, this.#reasoning, {
			final: this.#final,
			grew: this.#updates > 1 || !this.#final,
			sources: this.#sources,
			math: mathRenderer(),
			colours: this.#colours.get
		});
		if (answer.needsMath) {
			void loadMath().then(() => this.#closed || this.#show(false));
			if (!this.#sent.length && this.#final) return;
		}
		this.#send(blocks, always);
		void this.#colour();
	}

	async #colour() {
		const found = await this.#colours.work();
		if (this.#closed || found === false) return;
		if (found === true) this.#show(false);
		else {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.#show(false), Math.max(0, found - performance.now()));
		}
	}

	/** Sends what is new. `always`: an answer is waited for even when nothing is. */
	#send(blocks: Block[], always: boolean) {
		let from = 0;
		while (from < blocks.length && blocks[from] === this.#sent[from]) from += 1;
		const nothing = from === blocks.length && blocks.length === this.#sent.length;
		if (nothing && !always) return;
		const fresh = blocks.slice(from);
		if (fresh[0]) fresh[0] = shortened(fresh[0], this.#sent[from]);
		this.#sent = blocks;
		this.post({ id: this.id, from, blocks: fresh, math: this.#answer.math });
	}
}

/** Long code that grows is sent without the chunks the page has. */
function shortened(block: Block, before: Block | undefined): Block {
	const [node, old] = [block.node, before?.node];
	if (node.kind !== 'code' || old?.kind !== 'code') return block;
	let keep = 0;
	const same = (i: number) =>
		node.chunks[i]?.text === old.chunks[i]?.text && node.chunks[i]?.html === old.chunks[i]?.html;
	while (keep < Math.min(node.chunks.length, old.chunks.length) && same(keep)) keep += 1;
	return { key: block.key, node: { ...node, keep, chunks: node.chunks.slice(keep) } };
}

/** Answers messages; `post` brings the results back. The page runs this itself where workers are refused. */
export function createReader(post: Post): (message: ToWorker) => void {
	const sessions = new Map<number, Session>();
	return (message) => {
		if (message.type === 'close') {
			sessions.get(message.id)?.close();
			sessions.delete(message.id);
			return;
		}
		let session = sessions.get(message.id);
		if (!session) sessions.set(message.id, (session = new Session(message.id, post)));
		session.text(message);
	};
}
