/** The typed client: one place that adds the token, reads errors, and notices an ended session. */
import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from './schema';

const TOKEN_KEY = 'token';

/** The session token, where other pages of the contract look for it too. */
export const token = {
	get: (): string => localStorage.getItem(TOKEN_KEY) ?? '',
	set: (value: string) => localStorage.setItem(TOKEN_KEY, value),
	clear: () => localStorage.removeItem(TOKEN_KEY)
};

/** A refusal by the server, with its own words, or `status` 0 when it could not be reached. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message: string
	) {
		super(message);
		this.name = 'ApiError';
	}
}

let onUnauthorized: () => void = () => {};

/** What to do when the server no longer knows our token. */
export const whenSessionEnds = (action: () => void) => {
	onUnauthorized = action;
};

const session: Middleware = {
	onRequest({ request }) {
		const value = token.get();
		if (value) request.headers.set('Authorization', `Bearer ${value}`);
		return request;
	},
	onResponse({ response }) {
		sessionEndedBy(response);
	}
};

/** Notices an answer that says the session is over. */
export function sessionEndedBy(response: Response): void {
	if (response.status === 401 && token.get()) onUnauthorized();
}

const raw = createClient<paths>({ baseUrl: '' });
raw.use(session);
export const client = raw;

interface Result {
	data?: unknown;
	error?: unknown;
	response: Response;
}

/** Gives the data of a reply as `T`, or throws what the server said. */
export async function read<T>(call: Promise<Result>): Promise<T> {
	let result: Result;
	try {
		result = await call;
	} catch {
		throw new ApiError(0, '');
	}
	if (!result.response.ok) throw new ApiError(result.response.status, detailOf(result.error));
	return result.data as T;
}

/** What the server says went wrong. */
export function detailOf(error: unknown): string {
	if (typeof error === 'string') return error;
	const detail = (error as { detail?: unknown } | undefined)?.detail;
	if (typeof detail === 'string') return detail;
	if (Array.isArray(detail)) {
		return detail
			.map((d: { msg?: string }) => d.msg ?? '')
			.filter(Boolean)
			.join('; ');
	}
	return '';
}
