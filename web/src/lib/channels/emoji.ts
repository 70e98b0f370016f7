/** Emoji and their short names. The list is large and fetched when the first one is needed. */
import { msg } from '$lib/i18n/index.svelte';

export interface Emoji {
	/** The character. */
	emoji: string;
	/** The short name that servers keep, such as `thumbsup`. */
	name: string;
	/** What it shows, in English. */
	label: string;
	/** Everything it is found by. */
	words: string;
}

export interface EmojiGroup {
	id: string;
	emojis: Emoji[];
}

export interface EmojiList {
	groups: EmojiGroup[];
	byName: Map<string, Emoji>;
	/** The characters of every name, also of the less usual ones. */
	glyphs: Record<string, string>;
}

/** The groups in their order, with the words for them. */
export const GROUPS = {
	'Smileys & Emotion': msg('channels.emoji.smileys'),
	'People & Body': msg('channels.emoji.people'),
	'Animals & Nature': msg('channels.emoji.nature'),
	'Food & Drink': msg('channels.emoji.food'),
	'Travel & Places': msg('channels.emoji.places'),
	Activities: msg('channels.emoji.activities'),
	Objects: msg('channels.emoji.objects'),
	Symbols: msg('channels.emoji.symbols'),
	Flags: msg('channels.emoji.flags')
};

let fetched: Promise<EmojiList> | undefined;

export function fetchEmojis(): Promise<EmojiList> {
	fetched ??= import('gemoji').then(
		({ gemoji, nameToEmoji }) => {
			const all = gemoji.map(({ emoji, names, tags, description, category }) => ({
				category,
				entry: {
					emoji,
					name: names[0]!,
					label: description,
					words: [...names, ...tags, description].join(' ').replaceAll('_', ' ').toLowerCase()
				}
			}));
			return {
				groups: Object.keys(GROUPS).map((id) => ({
					id,
					emojis: all.filter(({ category }) => category === id).map(({ entry }) => entry)
				})),
				byName: new Map(all.map(({ entry }) => [entry.name, entry])),
				glyphs: nameToEmoji
			};
		},
		(error: unknown) => {
			// The next one who asks tries again.
			fetched = undefined;
			throw error;
		}
	);
	return fetched;
}

/** Those whose words all begin what was typed, in their order. */
export function search({ groups }: EmojiList, query: string): Emoji[] {
	const wishes = query.toLowerCase().replaceAll('_', ' ').split(/\s+/).filter(Boolean);
	const fits = ({ words }: Emoji) => wishes.every((wish) => ` ${words}`.includes(` ${wish}`));
	return groups.flatMap(({ emojis }) => emojis.filter(fits));
}

const RECENT_KEY = 'transom.emoji';
const RECENT = 8;
const USUAL = ['+1', 'heart', 'joy', 'tada', 'eyes', 'white_check_mark', 'thinking', 'pray'];

/** What this person uses, the last ones first, filled up with what everybody uses. */
export function recentNames(): string[] {
	const own = (localStorage.getItem(RECENT_KEY) ?? '').split(' ').filter(Boolean);
	return [...new Set([...own, ...USUAL])].slice(0, RECENT);
}

export function remember(name: string) {
	const names = [name, ...recentNames().filter((other) => other !== name)];
	localStorage.setItem(RECENT_KEY, names.slice(0, RECENT).join(' '));
}
