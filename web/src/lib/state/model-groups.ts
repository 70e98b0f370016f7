/** Orders the model list for the picker. */
import type { Model } from '$lib/api/types';

export interface ModelGroup {
	id: string;
	label: string;
	models: Model[];
}

export interface GroupLabels {
	custom: string;
	arena: string;
	ollama: string;
	openai: string;
}

/** Custom models first, then each connection in its order, then the arena. */
export function groupModels(models: Model[], query: string, labels: GroupLabels): ModelGroup[] {
	const found = models.filter((model) => matches(model, query));
	const groups = new Map<string, ModelGroup & { rank: number }>();
	const connections = countConnections(models);
	for (const model of found) {
		const { id, label, rank } = placeOf(model, labels, connections);
		const group = groups.get(id) ?? { id, label, rank, models: [] };
		group.models.push(model);
		groups.set(id, group);
	}
	return [...groups.values()].sort((a, b) => a.rank - b.rank);
}

function matches(model: Model, query: string): boolean {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const tags = (model.tags ?? []).map((tag) => tag.name);
	const text = [model.name, model.id, model.info?.meta?.description ?? '', ...tags]
		.join(' ')
		.toLowerCase();
	return words.every((word) => text.includes(word));
}

const connectionOf = (model: Model): number =>
	model.owned_by === 'ollama' ? (model.ollama?.urls?.[0] ?? 0) : (model.urlIdx ?? 0);

function countConnections(models: Model[]): Record<string, number> {
	const highest: Record<string, number> = {};
	for (const model of models) {
		highest[model.owned_by] = Math.max(highest[model.owned_by] ?? 0, connectionOf(model) + 1);
	}
	return highest;
}

function placeOf(model: Model, labels: GroupLabels, connections: Record<string, number>) {
	if (model.preset) return { id: 'custom', label: labels.custom, rank: 0 };
	if (model.arena) return { id: 'arena', label: labels.arena, rank: 10_000 };
	const index = connectionOf(model);
	const name = model.owned_by === 'ollama' ? labels.ollama : labels.openai;
	// A number tells connections of a kind apart where there are several.
	const label = (connections[model.owned_by] ?? 1) > 1 ? `${name} ${index + 1}` : name;
	const rank = (model.owned_by === 'ollama' ? 5_000 : 1) + index;
	return { id: `${model.owned_by}-${index}`, label, rank };
}

/** A way to shorten the list: by where models run, or by a tag. */
export interface ModelFilter {
	id: string;
	label: string;
}

const kindOf = (model: Model): 'local' | 'external' | 'direct' =>
	model.direct
		? 'direct'
		: model.connection_type === 'local' || model.owned_by === 'ollama'
			? 'local'
			: 'external';

const KINDS = ['local', 'external', 'direct'] as const;

/** The filters that tell something: kinds when there are several, and every tag. */
export function filtersOf(
	models: Model[],
	labels: Record<(typeof KINDS)[number], string>
): ModelFilter[] {
	const kinds = KINDS.filter((kind) => models.some((model) => kindOf(model) === kind));
	const tags = new Set(models.flatMap((model) => (model.tags ?? []).map((tag) => tag.name)));
	return [
		...(kinds.length > 1 ? kinds.map((kind) => ({ id: `kind:${kind}`, label: labels[kind] })) : []),
		...[...tags].sort().map((tag) => ({ id: `tag:${tag}`, label: tag }))
	];
}

export function passes(model: Model, filter: string): boolean {
	if (!filter) return true;
	if (filter.startsWith('kind:')) return kindOf(model) === filter.slice(5);
	return (model.tags ?? []).some((tag) => `tag:${tag.name}` === filter);
}
