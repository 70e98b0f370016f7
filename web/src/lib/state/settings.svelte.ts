/** The settings of the person who is signed in. Reading one that was never set gives undefined. */
import {
	saveUserSettings,
	userSettings,
	type UiSettings,
	type UserSettings
} from '$lib/api/settings';

class Settings {
	ui = $state.raw<UiSettings>({});
	/** The direction of what people and models write. */
	readonly direction = $derived(
		({ LTR: 'ltr', RTL: 'rtl' } as const)[this.ui.chatDirection as 'LTR' | 'RTL'] ?? 'auto'
	);
	#all: UserSettings = {};
	#saving: Promise<unknown> = Promise.resolve();

	async load(): Promise<void> {
		this.#all = (await userSettings()) ?? {};
		this.ui = this.#all.ui ?? {};
	}

	/** Changes some settings at once, here and on the server. Throws what the server says, changed back. */
	async set(patch: Partial<UiSettings>): Promise<void> {
		const before = this.ui;
		this.ui = { ...before, ...patch };
		const save = this.#saving.then(() => saveUserSettings({ ...this.#all, ui: this.ui }));
		this.#saving = save.catch(() => {});
		try {
			await save;
		} catch (error) {
			const taken = Object.keys(patch);
			const old = Object.fromEntries(taken.map((key) => [key, before[key]]));
			this.ui = { ...this.ui, ...old };
			throw error;
		}
	}

	reset() {
		this.#all = {};
		this.ui = {};
	}
}

export const settings = new Settings();
