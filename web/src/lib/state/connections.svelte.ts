/** The connections to model servers, as the administrator edits them. */
import * as api from '$lib/api';
import type { ConnectionSettings, Model, OllamaConfig, OpenAIConfig } from '$lib/api/types';
import { app } from './app.svelte';

export type Kind = 'openai' | 'ollama';

export interface Connection {
	kind: Kind;
	index: number;
	url: string;
	key: string;
	settings: ConnectionSettings;
}

export const isEnabled = (connection: Connection) => connection.settings.enable !== false;

class Connections {
	loaded = $state(false);
	openai = $state.raw<OpenAIConfig | null>(null);
	ollama = $state.raw<OllamaConfig | null>(null);

	readonly openaiList = $derived.by<Connection[]>(() => {
		const config = this.openai;
		return (config?.OPENAI_API_BASE_URLS ?? []).map((url, index) => ({
			kind: 'openai' as const,
			index,
			url,
			key: config?.OPENAI_API_KEYS[index] ?? '',
			settings: settingsOf(config?.OPENAI_API_CONFIGS, index, url)
		}));
	});

	readonly ollamaList = $derived.by<Connection[]>(() => {
		const config = this.ollama;
		return (config?.OLLAMA_BASE_URLS ?? []).map((url, index) => {
			const settings = settingsOf(config?.OLLAMA_API_CONFIGS, index, url);
			const key = typeof settings.key === 'string' ? settings.key : '';
			return { kind: 'ollama' as const, index, url, key, settings };
		});
	});

	async load() {
		[this.openai, this.ollama] = await Promise.all([api.openaiConfig(), api.ollamaConfig()]);
		this.loaded = true;
		void this.countModels();
	}

	/** Models as the servers give them, also those that are switched off for people. */
	#base = $state.raw<Model[] | null>(null);

	async countModels() {
		this.#base = await api.baseModels().catch(() => this.#base);
	}

	/** How many models come through a connection; undefined until they are counted. */
	countOf({ kind, index }: Connection): number | undefined {
		return this.#base?.filter((model) =>
			kind === 'ollama'
				? model.ollama?.urls?.includes(index)
				: model.openai && model.urlIdx === index
		).length;
	}

	list = (kind: Kind) => (kind === 'openai' ? this.openaiList : this.ollamaList);
	kindEnabled = (kind: Kind): boolean =>
		kind === 'openai'
			? this.openai?.ENABLE_OPENAI_API !== false
			: this.ollama?.ENABLE_OLLAMA_API !== false;

	/** Adds a connection, or replaces the one with the same index. */
	async put(connection: Connection) {
		const list = [...this.list(connection.kind)];
		list[connection.index] = connection;
		// A new connection is wanted: its kind must not stay switched off.
		await this.#save(
			connection.kind,
			list,
			this.kindEnabled(connection.kind) || isEnabled(connection)
		);
	}

	async remove(connection: Connection) {
		const list = this.list(connection.kind).filter((c) => c.index !== connection.index);
		await this.#save(connection.kind, list, this.kindEnabled(connection.kind));
	}

	async setKindEnabled(kind: Kind, enabled: boolean) {
		await this.#save(kind, this.list(kind), enabled);
	}

	async #save(kind: Kind, list: Connection[], enabled: boolean) {
		const configs = Object.fromEntries(
			list.map((c, i) => [
				String(i),
				kind === 'ollama' ? { ...c.settings, key: c.key } : c.settings
			])
		);
		if (kind === 'openai') {
			this.openai = await api.saveOpenaiConfig({
				ENABLE_OPENAI_API: enabled,
				OPENAI_API_BASE_URLS: list.map((c) => c.url),
				OPENAI_API_KEYS: list.map((c) => c.key),
				OPENAI_API_CONFIGS: configs
			});
		} else {
			this.ollama = await api.saveOllamaConfig({
				ENABLE_OLLAMA_API: enabled,
				OLLAMA_BASE_URLS: list.map((c) => c.url),
				OLLAMA_API_CONFIGS: configs
			});
		}
		await app.loadModels(true);
		await this.countModels();
	}
}

/** Settings stand under the index; old data has them under the address. */
function settingsOf(
	configs: Record<string, ConnectionSettings> | undefined,
	index: number,
	url: string
): ConnectionSettings {
	return configs?.[String(index)] ?? configs?.[url] ?? {};
}

export const connections = new Connections();
