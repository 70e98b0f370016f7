/** A model while somebody edits it. */
import { createModelRow, getModelRow, updateModelRow, type ModelRow } from '$lib/api/workspace';
import { bodyOf, changes, formOf, idFor, type ModelForm } from '$lib/workspace/model-form';
import { app } from './app.svelte';

export class ModelDraft {
	form = $state.raw<ModelForm>()!;
	#before = $state.raw<ModelForm>()!;
	#row = $state.raw<ModelRow | undefined>();
	/** Whether the id was typed; until then it follows the name. */
	#idTyped = $state(false);

	readonly count = $derived(changes(this.form, this.#before).length);
	readonly isNew = $derived(this.#row === undefined);
	/** Settings on a server's own model: its id and base are given. */
	readonly onServerModel = $derived(this.form.base === null);
	readonly valid = $derived(
		this.form.name.trim() !== '' && this.form.id.trim() !== '' && this.form.base !== ''
	);

	constructor(form: ModelForm, row?: ModelRow) {
		this.form = this.#before = form;
		this.#row = row;
		this.#idTyped = form.id !== '';
	}

	static async load(id: string): Promise<ModelDraft> {
		const row = await getModelRow(id);
		return new ModelDraft(formOf(row), row);
	}

	/** The name as it is kept. */
	get title() {
		return this.#before.name;
	}

	change(fields: Partial<ModelForm>) {
		const next = { ...this.form, ...fields };
		if (fields.id !== undefined) this.#idTyped = true;
		else if (this.isNew && fields.name !== undefined && !this.#idTyped) next.id = idFor(next.name);
		this.form = next;
	}

	discard() {
		this.form = this.#before;
	}

	async save(): Promise<void> {
		const body = bodyOf(this.form, this.#row);
		const row = await (this.isNew ? createModelRow(body) : updateModelRow(body));
		this.#row = row;
		this.form = this.#before = formOf(row);
		await app.loadModels().catch(() => {});
	}
}
