/** Workspace models, and settings on the models of servers. */
import type { AccessControl } from '$lib/access';
import { client, read } from './client';

/** A model as it is kept. With a base it is a preset; without, settings on the server's model of the same id. */
export interface ModelRow {
	id: string;
	user_id: string;
	base_model_id: string | null;
	name: string;
	params: Record<string, unknown>;
	meta: Record<string, unknown>;
	access_control: AccessControl;
	is_active: boolean;
	created_at: number;
	updated_at: number;
	user?: { id: string; name: string; email: string } | null;
}

export type ModelBody = Pick<
	ModelRow,
	'id' | 'base_model_id' | 'name' | 'params' | 'meta' | 'access_control' | 'is_active'
>;

export interface ModelQuery {
	query?: string;
	/** The caller's own, or those of others. */
	view_option?: 'created' | 'shared';
	tag?: string;
	order_by?: string;
	direction?: 'asc' | 'desc';
	page?: number;
}

export const listModelRows = (query: ModelQuery) =>
	read<{ items: ModelRow[]; total: number }>(
		client.GET('/api/v1/models/list', { params: { query } })
	);

export const modelTags = () => read<string[]>(client.GET('/api/v1/models/tags'));

/** Settings on the models of servers, for administrators. */
export const baseRows = () => read<ModelRow[]>(client.GET('/api/v1/models/base'));

export const exportModels = () => read<ModelRow[]>(client.GET('/api/v1/models/export'));

export const getModelRow = (id: string) =>
	read<ModelRow>(client.GET('/api/v1/models/model', { params: { query: { id } } }));

export const createModelRow = (body: ModelBody) =>
	read<ModelRow>(client.POST('/api/v1/models/create', { body: body as never }));

export const updateModelRow = (body: ModelBody) =>
	read<ModelRow>(client.POST('/api/v1/models/model/update', { body: body as never }));

export const toggleModelRow = (id: string) =>
	read<ModelRow>(client.POST('/api/v1/models/model/toggle', { params: { query: { id } } }));

export const deleteModelRow = (id: string) =>
	read<boolean>(client.POST('/api/v1/models/model/delete', { body: { id } }));

export const importModels = (models: Record<string, unknown>[]) =>
	read<boolean>(client.POST('/api/v1/models/import', { body: { models } }));

/** Where the picture of a model is. */
export const pictureOfModel = (id: string): string =>
	`/api/v1/models/model/profile/image?id=${encodeURIComponent(id)}`;
