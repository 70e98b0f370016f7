/** The suggestions that a server brings along, in the reader's language. Fetched for readers of other languages. */
import english from './i18n/en-US.json?area=starters';
import { msg, t, type MessageKey } from './i18n/index.svelte';
import type { Suggestion } from './suggestions';

/** Two lines to show, and the text to send. */
const BUILT_IN: [MessageKey, MessageKey, MessageKey][] = [
	[msg('starters.weekend'), msg('starters.weekendMore'), msg('starters.weekendText')],
	[msg('starters.word'), msg('starters.wordMore'), msg('starters.wordText')],
	[msg('starters.improve'), msg('starters.improveMore'), msg('starters.improveText')],
	[msg('starters.language'), msg('starters.languageMore'), msg('starters.languageText')],
	[msg('starters.script'), msg('starters.scriptMore'), msg('starters.scriptText')],
	[msg('starters.decision'), msg('starters.decisionMore'), msg('starters.decisionText')]
];

/** What somebody has written or changed stays as it is. */
export function inOwnLanguage(suggestion: Suggestion): Suggestion {
	const { title, content } = suggestion;
	const keys = BUILT_IN.find(
		([head, tail, text]) =>
			content === english[text] && title[0] === english[head] && title[1] === english[tail]
	);
	if (!keys) return suggestion;
	const [head, tail, text] = keys;
	return { title: [t(head), t(tail)], content: t(text) };
}
