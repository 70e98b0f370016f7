/** Values of settings between what is typed and what is kept. */
import type { Setting } from '$lib/api/server-settings';

/** A value as text, for lists of settings and for fields of text. */
export function textOf(value: unknown): string {
	if (value === null || value === undefined) return '';
	if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
		return value.join(', ');
	if (typeof value === 'object') return JSON.stringify(value);
	return String(value);
}

export type Typed = { value: unknown } | { problem: 'number' | 'json' };

/** What typed text means for a setting. */
export function valueOf(setting: Pick<Setting, 'type' | 'optional'>, text: string): Typed {
	const trimmed = text.trim();
	switch (setting.type) {
		case 'int':
		case 'float': {
			if (trimmed === '' && setting.optional) return { value: null };
			const number = Number(trimmed);
			const whole = setting.type === 'float' || Number.isInteger(number);
			return trimmed !== '' && Number.isFinite(number) && whole
				? { value: number }
				: { problem: 'number' };
		}
		case 'json':
			try {
				return { value: JSON.parse(trimmed) };
			} catch {
				return { problem: 'json' };
			}
		case 'bool':
			return { value: trimmed.toLowerCase() === 'true' };
		case 'url':
		case 'duration':
		case 'path':
			return { value: trimmed };
		case 'list':
			return {
				value: text
					.split(/[\n,]/)
					.map((item) => item.trim())
					.filter(Boolean)
			};
		case 'text':
			return { value: text };
	}
}

/** Whether a search finds a setting: every word stands in its name, its English help or its words in the reader's language. */
export function matches(setting: Setting, words: string, query: string): boolean {
	const text = `${setting.name} ${setting.name.replaceAll('_', ' ')} ${setting.key ?? ''} ${setting.help} ${words}`;
	const place = text.toLowerCase();
	return query
		.toLowerCase()
		.split(/\s+/)
		.every((word) => place.includes(word));
}
