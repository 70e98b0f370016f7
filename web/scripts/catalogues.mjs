/** What a catalogue of messages has to hold, for the check of the catalogues and for a new one. */

// A plural that only begins at a million, as in French, is not worth a text: `tn()` falls back to "other".
const COUNTS = Array.from({ length: 201 }, (_, n) => n);

/** @param {string} locale */
const pluralForms = (locale) => {
	const rules = new Intl.PluralRules(locale);
	return [...new Set(['one', 'other', ...COUNTS.map((n) => rules.select(n))])].sort();
};

/**
 * The keys of a catalogue in their order, each with the English texts whose placeholders it may have. English has
 * two plural forms; a language with more of them has a text for each (`chats_few`, `chats_many`). Any of these may
 * name the count, as other languages do not use "one" for 1 alone.
 *
 * @param {Record<string, string>} english
 * @param {string} locale
 * @returns {Map<string, string[]>}
 */
export function keysOf(english, locale) {
	const keys = new Map();
	const forms = pluralForms(locale);
	for (const [key, text] of Object.entries(english)) {
		const stem = /^(.+)_(one|other)$/.exec(key)?.[1];
		const other = stem && english[`${stem}_other`];
		if (!other) keys.set(key, [text]);
		else
			for (const form of forms)
				keys.set(`${stem}_${form}`, [english[`${stem}_${form}`] ?? other, other]);
	}
	return keys;
}
