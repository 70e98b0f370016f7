/** All models as an administrator sees them: those of servers with the settings on them, and presets. */
import type { AccessControl } from '$lib/access';
import type { Model } from '$lib/api/types';
import type { ModelBody, ModelRow } from '$lib/api/workspace';
import { inOrder } from '$lib/order';

export interface AdminModel {
	id: string;
	name: string;
	/** The model it is built on; undefined for a server's own. */
	base?: string;
	/** What is kept about it. A server's model without a row is for administrators alone. */
	row?: ModelRow;
	/** Settings on a model that no server gives just now. */
	away: boolean;
	local: boolean;
}

export type Reach = 'admins' | 'everybody' | 'private' | 'shared';

export function mergeModels(
	base: Model[],
	baseRows: ModelRow[],
	presets: ModelRow[],
	order: string[],
	compare: (a: string, b: string) => number
): AdminModel[] {
	const rows = new Map(baseRows.map((row) => [row.id, row]));
	const there = new Set(base.map((model) => model.id));
	const own = base.map((model): AdminModel => {
		const row = rows.get(model.id);
		const local = model.connection_type === 'local' || model.owned_by === 'ollama';
		return { id: model.id, name: row?.name || model.name, row, away: false, local };
	});
	const away = baseRows
		.filter((row) => !there.has(row.id))
		.map((row): AdminModel => ({ id: row.id, name: row.name, row, away: true, local: false }));
	const built = presets.map((row): AdminModel => ({
		id: row.id,
		name: row.name,
		base: row.base_model_id ?? '',
		row,
		away: !there.has(row.base_model_id ?? ''),
		local: false
	}));
	const all = [...own, ...built, ...away].sort((a, b) => compare(a.name, b.name));
	return inOrder(all, order, (model) => model.id);
}

export const isActive = (model: AdminModel): boolean => model.row?.is_active ?? true;
export const isHidden = (model: AdminModel): boolean => model.row?.meta.hidden === true;

/** What is sent to keep a change of a few fields. The first change of a server's model makes its row, private. */
export function bodyFor(
	model: AdminModel,
	fields: { active?: boolean; hidden?: boolean; access?: AccessControl }
): ModelBody {
	const { row } = model;
	const meta = { ...row?.meta };
	if (fields.hidden !== undefined) meta.hidden = fields.hidden;
	return {
		id: model.id,
		base_model_id: row?.base_model_id ?? null,
		name: row?.name ?? model.name,
		params: row?.params ?? {},
		meta,
		access_control:
			fields.access !== undefined ? fields.access : row === undefined ? {} : row.access_control,
		is_active: fields.active ?? isActive(model)
	};
}

export const finds = (model: AdminModel, query: string): boolean => {
	const text = `${model.name} ${model.id} ${model.base ?? ''}`.toLowerCase();
	return query
		.toLowerCase()
		.split(/\s+/)
		.every((word) => text.includes(word));
};
