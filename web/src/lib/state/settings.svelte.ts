/** The settings of the person who is signed in. Reading one that was never set gives undefined. */
import {
	saveUserSettings,
	userSettings,
	type UiSettings,
	type UserSettings
} from '$lib/api/settings';

type Patch = Partial<UiSettings>;

export class Settings {
	ui = $state.raw<UiSettings>({});
	/** The direction of what people and models write. */
	readonly direction = $derived(
		({ LTR: 'ltr', RTL: 'rtl' } as const)[this.ui.chatDirection as 'LTR' | 'RTL'] ?? 'auto'
	);
	/** What the server was last seen to keep. */
	#kept: UiSettings = {};
	/** Changes on their way to the server, oldest first. */
	#pending: Patch[] = [];
	#saving: Promise<unknown> = Promise.resolve();

	async load(): Promise<void> {
		this.#see((await userSettings()) ?? {});
	}

	/** Changes some settings at once, here and on the server. Throws what the server says, changed back. */
	async set(patch: Patch): Promise<void> {
		this.#pending.push(patch);
		this.#show();
		const save = this.#saving.then(() => this.#store(patch));
		this.#saving = save.catch(() => {});
		try {
			await save;
		} finally {
			this.#pending = this.#pending.filter((other) => other !== patch);
			this.#show();
		}
	}

	/**
	 * The server takes only all settings at once, so they are read again right before: another tab or device may
	 * have changed some since.
	 */
	async #store(patch: Patch) {
		const now: UserSettings = (await userSettings()) ?? {};
		const next = { ...now, ui: { ...now.ui, ...patch } };
		await saveUserSettings(next);
		this.#kept = next.ui;
	}

	#see(all: UserSettings) {
		this.#kept = all.ui ?? {};
		this.#show();
	}

	#show() {
		this.ui = Object.assign({}, this.#kept, ...this.#pending) as UiSettings;
	}

	reset() {
		this.#kept = {};
		this.#pending = [];
		this.ui = {};
	}
}

export const settings = new Settings();
