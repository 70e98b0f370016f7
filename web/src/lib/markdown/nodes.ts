/**
 * An answer, taken apart for the page. The worker makes it out of text; components show it. Everything in
 * it that is HTML still has to pass the sanitising gate.
 */

/** A top-level piece of an answer. While the answer grows, finished blocks keep their key and identity. */
export interface Block {
	key: number;
	node: Node;
}

export type Node =
	| { kind: 'html'; html: string }
	| CodeNode
	| { kind: 'list'; ordered: boolean; start: number; items: Node[][] }
	| { kind: 'quote'; children: Node[] }
	| { kind: 'alert'; tone: AlertTone; children: Node[] }
	| { kind: 'table'; align: Align[]; head: string[]; rows: string[][] }
	/** A `<details>` of the author; the summary is HTML. */
	| { kind: 'fold'; summary: string; open: boolean; children: Node[] }
	| { kind: 'footnote'; label: string; html: string }
	| { kind: 'thinking'; done: boolean; duration: number | null; children: Node[] }
	| {
			kind: 'tool';
			name: string;
			args: CodeNode | null;
			result: CodeNode | null;
			files: string[];
			embeds: string[];
			done: boolean;
	  }
	/** Code the model ran, with what came out. */
	| { kind: 'run'; children: Node[]; output: string; done: boolean };

export type Align = 'left' | 'center' | 'right' | null;

export const ALERT_TONES = ['note', 'tip', 'important', 'warning', 'caution'] as const;
export type AlertTone = (typeof ALERT_TONES)[number];

export interface CodeNode {
	kind: 'code';
	language: string;
	/** Some lines each, so that growing code re-renders only its end. */
	chunks: CodeChunk[];
	/** The closing fence has come. */
	closed: boolean;
	/** How many chunks of the block's former state stay; `chunks` holds those after them. */
	keep?: number;
}

export interface CodeChunk {
	text: string;
	/** The same text with colours. */
	html?: string;
}

/** Classes that CSS would otherwise have to look for again with each letter. */
export const startsWithHeading = (node: Node): boolean =>
	node.kind === 'html' && /^<h[1-4][ >]/.test(node.html);
export const startsWithBox = ([first]: Node[]): boolean =>
	first?.kind === 'html' && /^(?:<p>)?<input /.test(first.html);

export const codeText = (node: CodeNode): string => node.chunks.map((c) => c.text).join('');

// -- Between page and worker

export type ToWorker =
	| {
			type: 'text';
			id: number;
			/** The text so far is cut here before `text` is added. */
			at: number;
			text: string;
			/** Thinking that follows the text and is not in it yet. */
			reasoning: string;
			final: boolean;
			/** Numbers up to this one in brackets are citations. */
			sources: number;
	  }
	| { type: 'close'; id: number };

export interface FromWorker {
	id: number;
	/** Blocks before this one are as they were. */
	from: number;
	blocks: Block[];
	/** A formula is among them: its style sheet is needed. */
	math: boolean;
}
