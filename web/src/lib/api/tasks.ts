/** Small jobs for a model around a chat. */
import { client, read } from './client';

/** One answer out of several, as it is written. */
export const mergeAnswers = (body: { model: string; prompt: string; responses: string[] }) =>
	read<ReadableStream<Uint8Array>>(
		client.POST('/api/v1/tasks/moa/completions', {
			body: { ...body, stream: true } as never,
			parseAs: 'stream'
		})
	);

interface Reply {
	choices?: { message?: { content?: string } }[];
}

/** What the helper says, as it says it. */
export const answerOf = (reply: Reply): string => reply.choices?.[0]?.message?.content ?? '';

/** A name for a conversation. */
export const nameChat = (body: {
	model: string;
	chat_id: string;
	messages: { role: string; content: unknown }[];
}) => read<Reply>(client.POST('/api/v1/tasks/title/completions', { body: body as never }));

/** The rest of a half-typed text, as the model that helps with such things would write it. */
export const completeText = (body: {
	model: string;
	prompt: string;
	messages: { role: string; content: unknown }[];
}) =>
	read<Reply>(
		client.POST('/api/v1/tasks/auto/completions', {
			body: { ...body, type: 'General', stream: false } as never
		})
	);
