/** Settings pages of the contract that more than one place needs. */
import { client, read } from './client';
import type { components } from './schema';

export type Banner = components['schemas']['BannerModel'];
export const BANNER_TYPES = ['info', 'success', 'warning', 'error'] as const;

export const listBanners = () => read<Banner[]>(client.GET('/api/v1/configs/banners'));

export interface ConnectionsConfig {
	ENABLE_DIRECT_CONNECTIONS: boolean;
	ENABLE_BASE_MODELS_CACHE: boolean;
}

export const connectionsConfig = () =>
	read<ConnectionsConfig>(client.GET('/api/v1/configs/connections'));
export const saveConnectionsConfig = (body: ConnectionsConfig) =>
	read<ConnectionsConfig>(client.POST('/api/v1/configs/connections', { body }));

/** Ids separated by commas, or null; the order is a list. */
export interface ModelsConfig {
	DEFAULT_MODELS: string | null;
	DEFAULT_PINNED_MODELS: string | null;
	MODEL_ORDER_LIST: string[] | null;
}

export const modelsConfig = () => read<ModelsConfig>(client.GET('/api/v1/configs/models'));
export const saveModelsConfig = (body: ModelsConfig) =>
	read<ModelsConfig>(client.POST('/api/v1/configs/models', { body }));

export const exportConfig = () =>
	read<Record<string, unknown>>(client.GET('/api/v1/configs/export'));
export const importConfig = (config: Record<string, unknown>) =>
	read<Record<string, unknown>>(client.POST('/api/v1/configs/import', { body: { config } }));
