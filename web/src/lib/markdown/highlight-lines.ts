/** Coloured code, cut into pieces of some lines each, so that growing code re-renders only its end. */
import type { CodeChunk } from './nodes';

export const CHUNK_LINES = 40;

/** Splits code after every 40th line. Joined, the pieces are the code again. */
export function chunkLines(code: string): string[] {
	const chunks: string[] = [];
	let start = 0;
	let lines = 0;
	for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) {
		lines += 1;
		if (lines < CHUNK_LINES) continue;
		chunks.push(code.slice(start, at + 1));
		start = at + 1;
		lines = 0;
	}
	if (start < code.length || chunks.length === 0) chunks.push(code.slice(start));
	return chunks;
}

/** The highlighter's HTML, cut at the same places. Elements open at a cut are closed and opened again. */
export function chunkHtml(html: string): string[] {
	const chunks: string[] = [];
	const open: string[] = [];
	let piece = '';
	let lines = 0;
	for (const part of html.split(/(<span[^>]*>|<\/span>|\n)/)) {
		piece += part;
		if (part.startsWith('<span')) open.push(part);
		else if (part === '</span>') open.pop();
		else if (part === '\n' && ++lines === CHUNK_LINES) {
			chunks.push(piece + '</span>'.repeat(open.length));
			piece = open.join('');
			lines = 0;
		}
	}
	if (piece !== open.join('') || chunks.length === 0) chunks.push(piece);
	return chunks;
}

/**
 * The chunks of some code: coloured as far as `coloured` goes, which may be an earlier state of the same
 * code. The last chunk of an earlier state is not coloured: its end has changed.
 */
export function chunksOf(code: string, coloured?: { code: string; html: string[] }): CodeChunk[] {
	const whole = coloured?.code === code;
	const fits = coloured && (whole || code.startsWith(coloured.code));
	const usable = fits ? (whole ? coloured.html.length : coloured.html.length - 1) : 0;
	return chunkLines(code).map((text, i) =>
		i < usable ? { text, html: coloured!.html[i] } : { text }
	);
}
