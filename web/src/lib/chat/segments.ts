/**
 * An answer's content is Markdown with `<details type="…">` blocks that the server writes for thinking,
 * tool calls and executed code. This takes the text apart into those kinds.
 */
export type Segment =
	| { kind: 'markdown'; text: string }
	| { kind: 'reasoning'; text: string; done: boolean; duration: number | null }
	| {
			kind: 'tool';
			name: string;
			args: string;
			result: string;
			files: string[];
			embeds: string[];
			done: boolean;
	  }
	| { kind: 'code'; text: string; output: string; done: boolean };

const OPEN = /^<details type="(reasoning|tool_calls|code_interpreter)"([^>]*)>/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

export function segments(content: string): Segment[] {
	if (!content.includes('<details type="')) {
		return content ? [{ kind: 'markdown', text: content }] : [];
	}
	const result: Segment[] = [];
	const lines = content.split('\n');
	let text: string[] = [];
	let fence = '';
	const flush = () => {
		const joined = text.join('\n');
		if (joined.trim()) result.push({ kind: 'markdown', text: joined.replace(/^\n+|\n+$/g, '') });
		text = [];
	};
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i]!;
		const open = fence ? null : OPEN.exec(line);
		if (!open) {
			fence = fenceAfter(fence, line);
			text.push(line);
			continue;
		}
		flush();
		const end = lines.findIndex((l, n) => n >= i && l.endsWith('</details>'));
		const last = end < 0 ? lines.length - 1 : end;
		result.push(toSegment(open[1]!, open[2]!, lines.slice(i, last + 1).join('\n'), end >= 0));
		i = last;
	}
	flush();
	return result;
}

/** Tracks whether the next line is inside a code fence; returns the fence that is open. */
function fenceAfter(open: string, line: string): string {
	const mark = FENCE.exec(line)?.[1];
	if (!mark) return open;
	if (!open) return mark;
	const closes = mark[0] === open[0] && mark.length >= open.length && line.trim() === mark;
	return closes ? '' : open;
}

function toSegment(type: string, attributes: string, block: string, closed: boolean): Segment {
	const attribute = (name: string) =>
		unescapeHtml(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
	const done = attribute('done') === 'true' && closed;
	const body = block
		.replace(OPEN, '')
		.replace(/<\/details>\s*$/, '')
		.replace(/<summary>[\s\S]*?<\/summary>/, '')
		.trim();
	if (type === 'reasoning') {
		const duration = attribute('duration');
		return {
			kind: 'reasoning',
			text: unescapeHtml(body).replace(/^> ?/gm, ''),
			done,
			duration: duration ? Number(duration) : null
		};
	}
	if (type === 'tool_calls') {
		return {
			kind: 'tool',
			name: attribute('name'),
			args: pretty(attribute('arguments')),
			result: pretty(attribute('result')),
			files: addresses(attribute('files')),
			embeds: addresses(attribute('embeds')),
			done
		};
	}
	return { kind: 'code', text: body, output: codeOutput(attribute('output')), done };
}

/** Tool arguments are JSON inside a JSON string; shows them indented, or as they are. */
function pretty(encoded: string): string {
	let value: unknown = encoded;
	for (let i = 0; i < 2 && typeof value === 'string'; i++) {
		try {
			value = JSON.parse(value);
		} catch {
			break;
		}
	}
	return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** The addresses in a JSON list of strings or of objects with a `url`. */
function addresses(encoded: string): string[] {
	let list: unknown;
	try {
		list = JSON.parse(encoded || '[]');
	} catch {
		return [];
	}
	if (!Array.isArray(list)) return [];
	return list.flatMap((item: unknown) => {
		const url = typeof item === 'string' ? item : (item as { url?: unknown } | null)?.url;
		return typeof url === 'string' && url ? [url] : [];
	});
}

function codeOutput(encoded: string): string {
	if (!encoded) return '';
	try {
		const output = JSON.parse(encoded) as Record<string, unknown>;
		return ['stdout', 'result', 'stderr']
			.map((key) => output[key])
			.filter((part) => part !== null && part !== undefined && part !== '')
			.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)).trimEnd())
			.join('\n');
	} catch {
		return encoded;
	}
}

const ENTITIES: Record<string, string> = {
	'&amp;': '&',
	'&lt;': '<',
	'&gt;': '>',
	'&quot;': '"',
	'&#x27;': "'",
	'&#39;': "'"
};

export const unescapeHtml = (text: string): string =>
	text.replace(/&(amp|lt|gt|quot|#x27|#39);/g, (entity) => ENTITIES[entity]!);

/** The content as the model should see it again: without the thinking. */
export function withoutReasoning(content: string): string {
	if (!content.includes('<details type="reasoning"')) return content;
	return content.replace(/^<details type="reasoning"[^>]*>[\s\S]*?<\/details>\n?/gm, '').trim();
}

/** What a person wants on the clipboard or read aloud: the prose only. */
export const proseOf = (content: string): string =>
	segments(content)
		.flatMap((s) => (s.kind === 'markdown' ? [s.text] : []))
		.join('\n\n');
