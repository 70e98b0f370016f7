/** Pages and pictures made of code in answers, ready to be run in a frame of their own. */
import type { Message } from './types';

export interface Artifact {
	/** The answer it stands in. */
	messageId: string;
	kind: 'page' | 'picture';
	/** The code as the answer has it. */
	source: string;
	/** A whole document. */
	html: string;
}

interface Fence {
	language: string;
	code: string;
}

const FENCE = /^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n([\s\S]*?)^\1[ \t]*$/gm;

const fencesOf = (text: string): Fence[] =>
	[...text.matchAll(FENCE)].map(([, , language, code]) => ({
		language: language!.toLowerCase(),
		code: code!.replace(/\n$/, '')
	}));

const isPicture = ({ language, code }: Fence) =>
	language === 'svg' || (language === 'xml' && /^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/.test(code));

/** What there is to show in a branch, in order. Style and script of an answer belong to its page. */
export function artifactsOf(path: Message[]): Artifact[] {
	return path.flatMap((message) => {
		if (message.role !== 'assistant' || !message.content.includes('```')) return [];
		const fences = fencesOf(message.content);
		const code = (...languages: string[]) =>
			fences.filter((f) => languages.includes(f.language)).map((f) => f.code);
		const found: Artifact[] = [];
		for (const source of code('html')) {
			const html = pageOf(source, code('css'), code('js', 'javascript'));
			found.push({ messageId: message.id, kind: 'page', source, html });
		}
		for (const { code: source } of fences.filter(isPicture)) {
			found.push({ messageId: message.id, kind: 'picture', source, html: pictureOf(source) });
		}
		return found;
	});
}

/** The artifact of a single piece of code. */
export const artifactOf = (language: string, source: string): Artifact =>
	language === 'html'
		? { messageId: '', kind: 'page', source, html: pageOf(source, [], []) }
		: { messageId: '', kind: 'picture', source, html: pictureOf(source) };

function pageOf(html: string, styles: string[], scripts: string[]): string {
	const head = styles.map((css) => `<style>${css}</style>`).join('');
	const tail = scripts.map((js) => `<script>${js}</script>`).join('');
	if (!/<html[\s>]|<body[\s>]|<head[\s>]/i.test(html)) {
		return `<!doctype html><html><head><meta charset="utf-8">${head}</head><body>${html}${tail}</body></html>`;
	}
	return insert(insert(html, /<\/head>/i, head), /<\/body>/i, tail);
}

/** Puts text before a closing tag; at the end when there is none. */
function insert(html: string, tag: RegExp, text: string): string {
	if (!text) return html;
	return tag.test(html) ? html.replace(tag, (found) => text + found) : html + text;
}

const pictureOf = (svg: string): string =>
	'<!doctype html><html><head><meta charset="utf-8"><style>html,body{height:100%;margin:0}' +
	'body{display:grid;place-items:center}svg{max-width:100%;max-height:100%}</style></head>' +
	`<body>${svg}</body></html>`;

/**
 * What the frame may load. It never has our origin; without `network` it reaches no server either, so
 * that a page made by a model cannot tell anybody what is in it.
 */
export const policyOf = (network: boolean): string =>
	`default-src 'unsafe-inline' 'unsafe-eval' data: blob:${network ? ' https:' : ''}; ` +
	"base-uri 'none'; form-action 'none'";

/** The document with its policy in front of everything else. */
export function confined(html: string, network: boolean): string {
	const meta = `<meta http-equiv="Content-Security-Policy" content="${policyOf(network)}">`;
	const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? '<!doctype html>';
	return doctype + meta + html.replace(/^\s*<!doctype[^>]*>/i, '');
}
