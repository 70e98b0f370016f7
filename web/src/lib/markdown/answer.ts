/** An answer while it grows: text in, blocks out; blocks that did not change keep their identity. */
import { BlockSplitter } from '$lib/chat/blocks';
import { segments, type Segment } from '$lib/chat/segments';
import { build, hasMath, mergeHtml, type BuildOptions } from './build';
import { chunkLines, chunksOf } from './highlight-lines';
import { codeText, type Block, type CodeNode, type Node } from './nodes';
import { lex } from './syntax';

/** Some code in colours, cut like its chunks. */
export interface Coloured {
	code: string;
	html: string[];
}

/** Colours for a piece of code, as far as they are known yet; perhaps of an earlier state of it. */
export type Colours = (language: string, code: string, closed: boolean) => Coloured | undefined;

export interface AnswerOptions extends BuildOptions {
	/** Nothing follows: neighbours may be joined, and definitions at the end count. */
	final: boolean;
	/** Was this text ever shown while it grew? Then its pieces stay as they are. */
	grew: boolean;
	colours: Colours;
}

export class Answer {
	#splitters: BlockSplitter[] = [];
	/** What was built from a token, and with how many sources. */
	#built = new WeakMap<object, { node: Node; sources: number }>();
	#tools = new Map<string, CodeNode>();
	#blocks: Block[] = [];
	/** A formula came before KaTeX did. */
	needsMath = false;
	math = false;

	update(content: string, reasoning: string, options: AnswerOptions): Block[] {
		const nodes = this.#segments(content, reasoning).flatMap((segment, i) =>
			this.#nodes(segment, i, options)
		);
		const list = options.final && !options.grew ? mergeHtml(nodes) : nodes;
		this.#blocks = list.map((node, key) => {
			const before = this.#blocks[key];
			return before && reuse(before.node, node) === before.node ? before : { key, node };
		});
		return this.#blocks;
	}

	/** Thinking that is not in the text yet belongs to its open end, or opens a segment of its own. */
	#segments(content: string, reasoning: string): Segment[] {
		const list = segments(content);
		if (!reasoning) return list;
		const last = list.at(-1);
		if (last?.kind === 'reasoning' && !last.done) last.text += reasoning;
		else list.push({ kind: 'reasoning', text: reasoning, done: false, duration: null });
		return list;
	}

	#nodes(segment: Segment, index: number, options: AnswerOptions): Node[] {
		switch (segment.kind) {
			case 'markdown':
				return this.#markdown(segment.text, index, options);
			case 'reasoning': {
				const { done, duration, text } = segment;
				const children = this.#markdown(text, index, options);
				return [{ kind: 'thinking', done, duration, children }];
			}
			case 'tool': {
				const { args, result } = segment;
				return [
					{ ...segment, args: this.#data(args, options), result: this.#data(result, options) }
				];
			}
			case 'code': {
				const children = this.#markdown(segment.text, index, options);
				return [{ kind: 'run', children, output: segment.output, done: segment.done }];
			}
		}
	}

	#markdown(text: string, index: number, options: AnswerOptions): Node[] {
		const splitter = (this.#splitters[index] ??= new BlockSplitter(lex));
		return splitter
			.update(text, options.final)
			.map(({ token }) => coloured(this.#build(token, options), options.colours));
	}

	/** Text of a tool as code. Kept by its text, since segments are made anew each time. */
	#data(text: string, { colours }: AnswerOptions): CodeNode | null {
		if (!text) return null;
		let node = this.#tools.get(text);
		if (!node) {
			const language = /^\s*[[{]/.test(text) ? 'json' : '';
			const chunks = chunkLines(text).map((chunk) => ({ text: chunk }));
			this.#tools.set(text, (node = { kind: 'code', language, closed: true, chunks }));
		}
		return paint(node, colours);
	}

	#build(token: Parameters<typeof build>[0], options: AnswerOptions): Node {
		const known = this.#built.get(token);
		if (known && known.sources === options.sources) return known.node;
		const formulas = hasMath([token]);
		this.math ||= formulas;
		const node = build(token, options);
		// Without KaTeX the formula is only a stand-in.
		if (formulas && !options.math) this.needsMath = true;
		else this.#built.set(token, { node, sources: options.sources });
		return node;
	}
}

/** Coloured forms of code, by the plain one. */
const painted = new WeakMap<CodeNode, { with: Coloured; node: CodeNode }>();

/** The node with its code in colours. The node itself when there is nothing to colour. */
function coloured(node: Node, colours: Colours): Node {
	switch (node.kind) {
		case 'code':
			return paint(node, colours);
		case 'list': {
			const items = node.items.map((item) => colouredAll(item, colours));
			return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
		}
		case 'quote':
		case 'alert':
		case 'fold': {
			const children = colouredAll(node.children, colours);
			return children === node.children ? node : { ...node, children };
		}
		default:
			return node;
	}
}

function paint(node: CodeNode, colours: Colours): CodeNode {
	const code = codeText(node);
	const found = colours(node.language, code, node.closed);
	if (!found) return node;
	const before = painted.get(node);
	if (before?.with === found) return before.node;
	const result = { ...node, chunks: chunksOf(code, found) };
	painted.set(node, { with: found, node: result });
	return result;
}

function colouredAll(nodes: Node[], colours: Colours): Node[] {
	const list = nodes.map((node) => coloured(node, colours));
	return list.every((node, i) => node === nodes[i]) ? nodes : list;
}

/** The former node when the new one says the same. */
function reuse(before: Node, node: Node): Node {
	if (before.kind !== node.kind) return node;
	const old = before as Record<string, unknown>;
	return Object.entries(node).every(([key, value]) => same(old[key], value)) ? before : node;
}

const same = (a: unknown, b: unknown): boolean =>
	a === b ||
	(Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]));
