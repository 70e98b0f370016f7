/** What a model is asked to do with a note. */
import { msg } from '$lib/i18n/index.svelte';
import type { Turn } from '$lib/api/complete';

export const TASKS = [
	{
		id: 'improve',
		label: msg('notes.aiImprove'),
		prompt:
			'Rewrite the note so that it is clear and well ordered. Keep its facts, its language and its voice. Give it headings and lists where they help.'
	},
	{
		id: 'correct',
		label: msg('notes.aiCorrect'),
		prompt: 'Correct spelling, grammar and punctuation. Change nothing else.'
	},
	{
		id: 'shorten',
		label: msg('notes.aiShorten'),
		prompt: 'Say the same in about half the words. Keep the language of the note.'
	},
	{
		id: 'summarize',
		label: msg('notes.aiSummarize'),
		prompt: 'Sum the note up in a few sentences, in the language of the note.'
	},
	{
		id: 'continue',
		label: msg('notes.aiContinue'),
		prompt: 'Go on writing where the note ends, in its language and voice. Give only the new part.'
	},
	{
		id: 'tasks',
		label: msg('notes.aiTasks'),
		prompt:
			'List what is to be done according to the note as a Markdown task list, in the language of the note.'
	}
] as const;

export type TaskId = (typeof TASKS)[number]['id'] | 'own';

const FRAME =
	'You work on a text somebody is writing. Answer with the text alone, as Markdown: no introduction, no remarks, no fence around it.';

export function turnsFor(instruction: string, title: string, text: string): Turn[] {
	return [
		{ role: 'system', content: FRAME },
		{ role: 'user', content: `${instruction}\n\nTitle: ${title}\n\n<note>\n${text}\n</note>` }
	];
}

const ADVISER =
	'You help somebody with a note they are writing. Answer their questions about it, in their language. When they ask for words for the note, answer with those words alone, as Markdown: no introduction, no fence around it.';

export interface Subject {
	title: string;
	/** The note as Markdown. */
	text: string;
	/** The part they have marked, if any. */
	marked: string;
}

/** A conversation about a note, which each time is sent as it stands now. */
export function adviceTurns({ title, text, marked }: Subject, turns: Turn[]): Turn[] {
	const part = marked
		? `\n\nThey have marked this part of it:\n<marked>\n${marked}\n</marked>`
		: '';
	return [
		{ role: 'system', content: `${ADVISER}\n\nTitle: ${title}\n\n<note>\n${text}\n</note>${part}` },
		...turns.filter(({ content }) => content.trim())
	];
}
