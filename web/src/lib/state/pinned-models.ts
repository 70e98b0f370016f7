/** Models kept in the sidebar: those the person has chosen, and the server's until then. */
import type { Model } from '$lib/api/types';
import { listOf } from '$lib/chat/address';
import { app } from './app.svelte';
import { settings } from './settings.svelte';

function pinnedIds(): string[] {
	const own = settings.ui.pinnedModels;
	if (Array.isArray(own)) return own.filter((id) => typeof id === 'string');
	const usual = app.config?.default_pinned_models;
	return Array.isArray(usual) ? usual : listOf(usual);
}

/** In the person's order, without those that are not there any more. */
export const pinnedModels = (): Model[] =>
	pinnedIds().flatMap((id) => app.visibleModels.find((model) => model.id === id) ?? []);

export const isPinnedModel = (id: string): boolean => pinnedIds().includes(id);

export function togglePinnedModel(id: string): Promise<void> {
	const ids = pinnedIds();
	const next = ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
	return settings.set({ pinnedModels: next });
}

/** Takes over the order of those shown. Models that are away for now keep their place behind them. */
export function orderPinnedModels(shown: Model[]): Promise<void> {
	const ids = shown.map(({ id }) => id);
	const away = pinnedIds().filter((id) => !ids.includes(id));
	return settings.set({ pinnedModels: [...ids, ...away] });
}
