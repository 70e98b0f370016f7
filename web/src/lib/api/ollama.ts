/** Models on Ollama servers, as administrators manage them. */
import { client, read } from './client';
import { stream } from './stream';

export interface OllamaModel {
	/** The name, as other routes want it. */
	model: string;
	name: string;
	size?: number;
	modified_at?: string;
	details?: { parameter_size?: string; quantization_level?: string; family?: string };
}

export interface LoadedModel extends OllamaModel {
	expires_at?: string;
	size_vram?: number;
	/** The servers that hold it in memory, by index. */
	urls?: number[];
}

export const modelsOfServer = async (url_idx: number) =>
	(
		await read<{ models: OllamaModel[] }>(
			client.GET('/ollama/api/tags/{url_idx}', { params: { path: { url_idx } } })
		)
	).models;

/** Models in memory, on all servers. */
export const loadedModels = async () =>
	(await read<{ models: LoadedModel[] }>(client.GET('/ollama/api/ps'))).models;

export const unloadModel = (model: string) =>
	read<unknown>(client.POST('/ollama/api/unload', { body: { model } as never }));

export const deleteModel = (url_idx: number, model: string) =>
	read<unknown>(
		client.DELETE('/ollama/api/delete/{url_idx}', {
			params: { path: { url_idx } },
			body: { model } as never
		})
	);

/** Progress, line by line; a line with `error` tells why it ended. */
export const pullModel = (url_idx: number, model: string, signal: AbortSignal) =>
	stream(`/ollama/api/pull/${url_idx}`, { body: { model }, signal });

export const createModel = (
	url_idx: number,
	body: { model: string; from: string; system?: string; template?: string },
	signal: AbortSignal
) => stream(`/ollama/api/create/${url_idx}`, { body, signal });
