/** The page's side of reading Markdown: sends text to the worker, holds the blocks that come back. */
import type { Block, FromWorker, ToWorker } from './nodes';

type Send = (message: ToWorker) => void;

const open = new Map<number, Rendering>();
let nextId = 1;
let sender: Send | undefined;
let mathStyle: Promise<unknown> | undefined;

function receive(message: FromWorker) {
	if (message.math) mathStyle ??= import('katex/dist/katex.min.css');
	open.get(message.id)?.take(message);
}

function connect(): Send {
	if (sender) return sender;
	const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
	worker.addEventListener('message', (event: MessageEvent<FromWorker>) => receive(event.data));
	worker.addEventListener('error', () => void withoutWorker());
	sender = (message) => worker.postMessage(message);
	return sender;
}

/** A browser or policy that refuses workers still gets its answers, read on the main thread. */
async function withoutWorker() {
	const { createReader } = await import('./reader');
	sender = createReader(receive);
	for (const rendering of open.values()) rendering.again();
}

export interface Source {
	text: string;
	/** Thinking that follows and is not part of the text yet. */
	reasoning: string;
	streaming: boolean;
	/** Numbers up to this one in brackets are citations. */
	sources: number;
}

/** Blocks of texts shown lately, so that scrolling back shows them at once. */
const finished = new Map<string, Block[]>();
const CACHED_LENGTH = 2_000_000;
let cachedLength = 0;

const cacheKey = (source: Source) => `${source.sources}\n${source.text}`;

function remember(key: string, blocks: Block[]) {
	if (finished.has(key)) cachedLength -= key.length;
	finished.delete(key);
	finished.set(key, blocks);
	cachedLength += key.length;
	for (const oldest of finished.keys()) {
		if (cachedLength <= CACHED_LENGTH) break;
		finished.delete(oldest);
		cachedLength -= oldest.length;
	}
}

export class Rendering {
	blocks = $state.raw<Block[]>([]);
	/** False until the first blocks are there. */
	ready = $state(false);
	readonly #id = nextId++;
	#sent: Source | undefined;
	#next: Source | undefined;
	#waiting = false;

	/** Shows this text from now on. Called at most once per frame; the worker is asked one thing at a time. */
	update(source: Source) {
		if (!source.streaming && !this.#sent) {
			const known = finished.get(cacheKey(source));
			if (known) {
				this.blocks = known;
				this.ready = true;
				this.#sent = source;
				return;
			}
		}
		this.#next = source;
		if (!this.#waiting) this.#ask();
	}

	#ask() {
		const source = this.#next;
		this.#next = undefined;
		if (!source || isSame(source, this.#sent)) return;
		const begun = open.has(this.#id);
		open.set(this.#id, this);
		const before = begun ? (this.#sent?.text ?? '') : '';
		const at = source.text.startsWith(before) ? before.length : 0;
		this.#sent = source;
		this.#waiting = true;
		connect()({
			type: 'text',
			id: this.#id,
			at,
			text: source.text.slice(at),
			reasoning: source.reasoning,
			final: !source.streaming,
			sources: source.sources
		});
	}

	take({ from, blocks }: FromWorker) {
		const [first, ...rest] = blocks;
		const fresh = first ? [completed(first, this.blocks[from]), ...rest] : [];
		this.blocks = [...this.blocks.slice(0, from), ...fresh];
		this.ready = true;
		this.#waiting = false;
		if (this.#sent && !this.#sent.streaming) remember(cacheKey(this.#sent), this.blocks);
		if (this.#next) this.#ask();
	}

	/** Asks for everything anew, of a reader that knows nothing yet. */
	again() {
		const source = this.#next ?? this.#sent;
		this.#sent = undefined;
		this.#waiting = false;
		open.delete(this.#id);
		this.blocks = [];
		if (source) this.update(source);
	}

	close() {
		if (!open.delete(this.#id)) return;
		sender?.({ type: 'close', id: this.#id });
	}
}

const isSame = (a: Source, b: Source | undefined) =>
	b !== undefined &&
	a.text === b.text &&
	a.reasoning === b.reasoning &&
	a.streaming === b.streaming &&
	a.sources === b.sources;

/** Puts the chunks that the worker left out back in. */
function completed(block: Block, before: Block | undefined): Block {
	const { node } = block;
	if (node.kind !== 'code' || !node.keep || before?.node.kind !== 'code') return block;
	const chunks = [...before.node.chunks.slice(0, node.keep), ...node.chunks];
	return { key: block.key, node: { ...node, chunks, keep: undefined } };
}
