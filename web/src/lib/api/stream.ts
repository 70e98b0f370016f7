/** Requests whose answer comes piece by piece. */
import { ApiError, detailOf, sessionEndedBy, token } from './client';
import { objectsOf } from './lines';

interface Options {
	method?: 'POST' | 'DELETE';
	body: unknown;
	signal: AbortSignal;
}

/** Sends a body and gives each object of the answer as it comes. Ends quietly when it is called off. */
export async function* stream(
	path: string,
	{ method = 'POST', body, signal }: Options
): AsyncGenerator<Record<string, unknown>> {
	try {
		const response = await fetch(path, {
			method,
			signal,
			headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token.get()}` },
			body: JSON.stringify(body)
		});
		sessionEndedBy(response);
		if (!response.ok) {
			const text = await response.text();
			throw new ApiError(response.status, detailOf(parsed(text)));
		}
		if (response.body) yield* objectsOf(response.body);
	} catch (error) {
		if (signal.aborted) return;
		throw error instanceof ApiError ? error : new ApiError(0, '');
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
