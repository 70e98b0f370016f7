/** Files of the server that only signed-in people may have: a plain link would go without the token. */
import { ApiError, detailOf, sessionEndedBy, token } from './client';

export async function fetchBlob(path: string, init: RequestInit = {}): Promise<Blob> {
	const response = await fetch(path, {
		...init,
		headers: { ...init.headers, Authorization: `Bearer ${token.get()}` }
	}).catch(() => {
		throw new ApiError(0, '');
	});
	sessionEndedBy(response);
	if (response.ok) return response.blob();
	throw new ApiError(response.status, detailOf(await response.json().catch(() => undefined)));
}
