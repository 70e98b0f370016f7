/**
 * Placeholders in prompts. `{{topic}}` and `{{topic | text:placeholder="About"}}` are asked for in a form;
 * `{{CURRENT_DATE}}` and its like are known.
 */
export type FieldType =
	| 'text'
	| 'textarea'
	| 'select'
	| 'checkbox'
	| 'number'
	| 'range'
	| 'date'
	| 'datetime-local'
	| 'month'
	| 'time'
	| 'color'
	| 'email'
	| 'tel'
	| 'url'
	| 'map';

const TYPES = new Set<string>(
	'text textarea select checkbox number range date datetime-local month time color email tel url map'.split(
		' '
	)
);

export interface Variable {
	name: string;
	type: FieldType;
	label?: string;
	placeholder?: string;
	default?: string;
	required: boolean;
	options: string[];
	min?: string;
	max?: string;
	step?: string;
}

const PLACEHOLDER = /\{\{\s*([^{}|]+?)\s*(?:\|((?:"(?:\\.|[^"\\])*"|[^{}"])*))?\}\}/g;

/** What has to be asked, each name once, in the order of the text. `known` names are not asked. */
export function variablesOf(prompt: string, known: Record<string, string>): Variable[] {
	const found = new Map<string, Variable>();
	for (const [, name, definition] of prompt.matchAll(PLACEHOLDER)) {
		if (`{{${name}}}` in known) continue;
		const before = found.get(name!);
		// The first definition counts; a bare mention before it does not.
		if (!before || (definition && before.type === 'text' && !before.placeholder)) {
			found.set(name!, parse(name!, definition ?? ''));
		}
	}
	return [...found.values()];
}

function parse(name: string, definition: string): Variable {
	const [type = '', ...properties] = splitOutsideQuotes(definition.trim(), ':');
	const values: Record<string, unknown> = {};
	for (const property of properties) {
		const at = property.indexOf('=');
		if (at < 0) values[property.trim()] = true;
		else values[property.slice(0, at).trim()] = valueOf(property.slice(at + 1).trim());
	}
	const text = (key: string) => {
		const value = values[key];
		return value === undefined || typeof value === 'object' ? undefined : String(value);
	};
	const options = Array.isArray(values.options) ? values.options.map(String) : [];
	return {
		name,
		type: (TYPES.has(type.trim()) ? type.trim() : 'text') as FieldType,
		label: text('label'),
		placeholder: text('placeholder'),
		default: text('default'),
		required: values.required === true || values.required === 'true',
		options,
		min: text('min'),
		max: text('max'),
		step: text('step')
	};
}

/** A quoted text, a list, a number or truth as JSON writes them; anything else as it stands. */
function valueOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function splitOutsideQuotes(text: string, separator: string): string[] {
	const parts = [''];
	let quoted = false;
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text[i]!;
		if (c === '\\' && quoted) {
			parts[parts.length - 1] += c + (text[++i] ?? '');
			continue;
		}
		if (c === '"') quoted = !quoted;
		if (!quoted && c === '[') depth += 1;
		if (!quoted && c === ']') depth -= 1;
		if (c === separator && !quoted && depth === 0) parts.push('');
		else parts[parts.length - 1] += c;
	}
	return parts;
}

/** The prompt with values in the place of their names. Unknown names stay as they are. */
export function fillIn(prompt: string, values: Record<string, string>): string {
	return prompt.replace(PLACEHOLDER, (all, name: string) => {
		const value = values[name] ?? values[`{{${name}}}`];
		return value ?? all;
	});
}

export const needsClipboard = (prompt: string): boolean => /\{\{\s*CLIPBOARD\s*\}\}/.test(prompt);
