/** The server's settings, and what the administrator has changed but not saved: kept while the app is open. */
import { SvelteMap } from 'svelte/reactivity';
import { getConfig } from '$lib/api';
import { listSettings, resetSetting, saveSetting, type Setting } from '$lib/api/server-settings';
import { app } from './app.svelte';
import { explain } from './toasts.svelte';

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

class ServerSettings {
	all = $state.raw<Setting[]>([]);
	loaded = $state(false);
	problem = $state('');
	/** What was typed, by name. */
	readonly drafts = new SvelteMap<string, unknown>();
	/** Why the server refused a value, by name. */
	readonly refusals = new SvelteMap<string, string>();

	readonly #byName = $derived(new Map(this.all.map((setting) => [setting.name, setting])));
	#loading: Promise<void> | null = null;

	/** Asks once; `again` asks anew. */
	load(again = false): Promise<void> {
		if (this.loaded && !again) return Promise.resolve();
		this.#loading ??= this.#ask().finally(() => (this.#loading = null));
		return this.#loading;
	}

	async #ask() {
		try {
			this.all = await listSettings();
			this.loaded = true;
			this.problem = '';
		} catch (error) {
			this.problem = explain(error);
		}
	}

	get = (name: string): Setting | undefined => this.#byName.get(name);

	/** Whether this version acts on a setting and lets it be changed. */
	offers(name: string): boolean {
		const setting = this.get(name);
		return !!setting?.served && setting.key !== null;
	}

	/** The value as it is shown: what was typed, or what is saved. */
	value = (name: string): unknown =>
		this.drafts.has(name) ? this.drafts.get(name) : this.get(name)?.value;

	isDirty = (name: string): boolean => this.drafts.has(name);
	dirty = (names: string[]): string[] => names.filter((name) => this.drafts.has(name));

	change(name: string, value: unknown) {
		this.refusals.delete(name);
		const setting = this.get(name);
		// Nothing typed into the field of a secret leaves the secret as it is.
		const before = setting?.secret ? '' : setting?.value;
		if (same(value, before)) this.drafts.delete(name);
		else this.drafts.set(name, value);
	}

	discard(names: string[]) {
		for (const name of names) {
			this.drafts.delete(name);
			this.refusals.delete(name);
		}
	}

	/** Saves what was changed among `names`. What is refused stays a draft with the reason beside it. */
	async save(names: string[]): Promise<{ saved: number; refused: number }> {
		let saved = 0;
		const wanted = this.dirty(names);
		for (const name of wanted) {
			try {
				this.#put(await saveSetting(name, this.drafts.get(name)));
				this.discard([name]);
				saved += 1;
			} catch (error) {
				this.refusals.set(name, explain(error));
			}
		}
		if (saved) await this.#tellApp();
		return { saved, refused: wanted.length - saved };
	}

	/** Saves one value at once, without a draft. */
	async set(name: string, value: unknown): Promise<void> {
		this.#put(await saveSetting(name, value));
		this.discard([name]);
		await this.#tellApp();
	}

	async reset(name: string): Promise<void> {
		this.#put(await resetSetting(name));
		this.discard([name]);
		await this.#tellApp();
	}

	#put(setting: Setting) {
		this.all = this.all.map((old) => (old.name === setting.name ? setting : old));
	}

	/** The rest of the app goes by `/api/config` and the list of models. */
	async #tellApp() {
		app.config = await getConfig().catch(() => app.config);
		await app.loadModels().catch(() => {});
	}
}

export const serverSettings = new ServerSettings();
