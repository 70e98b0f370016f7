/** All models with the settings on them, and what an administrator does to them. Everything is saved at once. */
import { SvelteSet } from 'svelte/reactivity';
import { baseModels } from '$lib/api';
import {
	baseRows,
	createModelRow,
	deleteModelRow,
	exportModels,
	importModels,
	updateModelRow
} from '$lib/api/workspace';
import type { AccessControl } from '$lib/access';
import { bodyFor, mergeModels, type AdminModel } from '$lib/admin/model-list';
import { locale } from '$lib/i18n/index.svelte';
import { moved } from '$lib/order';
import { app } from './app.svelte';
import { serverSettings } from './server-settings.svelte';
import { explain } from './toasts.svelte';

const ORDER = 'MODEL_ORDER_LIST';

export class AdminModels {
	list = $state.raw<AdminModel[]>([]);
	loaded = $state(false);
	problem = $state('');
	readonly chosen = new SvelteSet<string>();

	async load(): Promise<void> {
		try {
			const [base, rows, presets] = await Promise.all([
				baseModels(),
				baseRows(),
				exportModels(),
				serverSettings.load()
			]);
			const order = (serverSettings.get(ORDER)?.value ?? []) as string[];
			const compare = new Intl.Collator(locale()).compare;
			this.list = mergeModels(base, rows, presets, order, compare);
			for (const id of this.chosen)
				if (!this.list.some((model) => model.id === id)) this.chosen.delete(id);
			this.problem = '';
			this.loaded = true;
		} catch (error) {
			this.problem = explain(error);
		}
	}

	/** Changes some fields of models, one after the other. Throws at the first refusal; what was done stays. */
	async change(
		models: AdminModel[],
		fields: { active?: boolean; hidden?: boolean; access?: AccessControl }
	): Promise<void> {
		try {
			for (const model of models) {
				const body = bodyFor(model, fields);
				await (model.row ? updateModelRow(body) : createModelRow(body));
			}
		} finally {
			await this.#changed();
		}
	}

	/** Forgets what is kept about a server's model, or deletes a preset. */
	async remove(model: AdminModel): Promise<void> {
		await deleteModelRow(model.id);
		await this.#changed();
	}

	async import(models: Record<string, unknown>[]): Promise<void> {
		await importModels(models);
		await this.#changed();
	}

	move(from: number, to: number) {
		this.list = moved(this.list, from, to);
	}

	async saveOrder(): Promise<void> {
		await serverSettings.set(
			ORDER,
			this.list.map((model) => model.id)
		);
	}

	async #changed() {
		await Promise.all([this.load(), app.loadModels().catch(() => {})]);
	}
}
