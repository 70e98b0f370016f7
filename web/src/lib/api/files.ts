/** Files, and the texts that can be referred to. */
import type { StoredFile } from '$lib/chat/attachments';
import { ApiError, client, read, token } from './client';

/** Sends a file, and tells how far it is (0 to 1). `fetch` cannot tell. */
export function uploadFile(
	file: File,
	onProgress: (part: number) => void = () => {},
	signal?: AbortSignal
): Promise<StoredFile> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('POST', '/api/v1/files/');
		request.setRequestHeader('Authorization', `Bearer ${token.get()}`);
		request.responseType = 'json';
		request.upload.onprogress = ({ loaded, total, lengthComputable }) =>
			lengthComputable && onProgress(loaded / total);
		request.onload = () => {
			const body = request.response as (StoredFile & { detail?: unknown }) | null;
			if (request.status < 400 && body?.id) resolve(body);
			else {
				const detail = typeof body?.detail === 'string' ? body.detail : '';
				reject(new ApiError(request.status, detail));
			}
		};
		request.onerror = () => reject(new ApiError(0, ''));
		signal?.addEventListener('abort', () => request.abort());
		const form = new FormData();
		form.append('file', file);
		request.send(form);
	});
}

export const deleteFile = (id: string) =>
	read<unknown>(client.DELETE('/api/v1/files/{id}', { params: { path: { id } } }));

/** The text of a file, as the server has read it. */
export const fileContent = async (id: string): Promise<string> =>
	(
		await read<{ content?: string }>(
			client.GET('/api/v1/files/{id}/data/content', { params: { path: { id } } })
		)
	).content ?? '';

export interface NoteSummary {
	id: string;
	title: string;
	data?: { content?: { md?: string } } | null;
	updated_at: number;
}

export const listNotes = () => read<NoteSummary[]>(client.GET('/api/v1/notes/'));
export const noteText = async (id: string): Promise<string> =>
	(await read<NoteSummary>(client.GET('/api/v1/notes/{id}', { params: { path: { id } } }))).data
		?.content?.md ?? '';

export const listFiles = () =>
	read<StoredFile[]>(client.GET('/api/v1/files/', { params: { query: { content: false } } }));

/** How far the server is with reading a file. */
export const fileStatus = async (id: string): Promise<string> =>
	(
		await read<{ status?: string }>(
			client.GET('/api/v1/files/{id}/process/status', { params: { path: { id } } })
		)
	).status ?? '';

/** Why the server could not read a file. */
export const fileProblem = async (id: string): Promise<string> =>
	(
		await read<{ data?: { error?: string } | null } | null>(
			client.GET('/api/v1/files/{id}', { params: { path: { id } } })
		)
	)?.data?.error ?? '';
