/** Turns that several models answer: which answers stand side by side, and which are versions of one another. */
import type { History, Message } from './types';

/** The answers of one model in one turn, oldest first. */
export interface Column {
	index: number;
	model: string;
	ids: string[];
}

const answersOf = (history: History, question: Message): Message[] =>
	question.childrenIds.flatMap((id) => {
		const child = history.messages[id];
		return child?.role === 'assistant' ? [child] : [];
	});

/** The columns below a question. Empty unless at least two models were asked at once. */
export function columnsOf(history: History, questionId: string | null): Column[] {
	const question = questionId ? history.messages[questionId] : undefined;
	const models = question?.models ?? [];
	if (!question || question.role !== 'user' || models.length < 2) return [];
	const columns: Column[] = models.map((model, index) => ({ index, model, ids: [] }));
	for (const answer of answersOf(history, question))
		columns[place(answer, models)]?.ids.push(answer.id);
	const filled = columns.filter((column) => column.ids.length > 0);
	return filled.length > 1 ? filled : [];
}

/** Old documents lack the index; a model that was not asked is a version of the first. */
function place(answer: Message, models: string[]): number {
	if (answer.modelIdx !== undefined && answer.modelIdx < models.length) return answer.modelIdx;
	return Math.max(0, models.indexOf(answer.model ?? ''));
}

/** The column an answer is in. */
export const columnOf = (history: History, id: string): Column | undefined =>
	columnsOf(history, history.messages[id]?.parentId ?? null).find((column) =>
		column.ids.includes(id)
	);
