/** The server's settings, who is signed in, and the models that person may use. */
import * as api from '$lib/api';
import { ApiError, token } from '$lib/api/client';
import { listOf } from '$lib/chat/address';
import type { Config, Model, SessionUser, SignedIn } from '$lib/api/types';
import { preferredLocale, useLocale } from '$lib/i18n/index.svelte';
import { settings } from './settings.svelte';
import { theme } from './theme.svelte';

const LAST_MODEL_KEY = 'transom.model';

class AppState {
	phase = $state<'starting' | 'ready' | 'unreachable'>('starting');
	config = $state.raw<Config | null>(null);
	user = $state.raw<SessionUser | SignedIn | null>(null);
	models = $state.raw<Model[]>([]);
	/** False until the first answer of the model list: an empty list then means something. */
	modelsLoaded = $state(false);

	readonly isAdmin = $derived(this.user?.role === 'admin');
	readonly isPending = $derived(this.user?.role === 'pending');
	readonly name = $derived(this.config?.name ?? 'Transom');
	readonly visibleModels = $derived(this.models.filter((m) => !m.info?.meta?.hidden));

	async start(): Promise<void> {
		this.phase = 'starting';
		try {
			this.config = await api.getConfig();
			await useLocale(preferredLocale(this.config.default_locale));
			await this.#restoreSession();
			this.phase = 'ready';
		} catch {
			await useLocale(preferredLocale());
			this.phase = 'unreachable';
		}
	}

	async #restoreSession() {
		adoptCookieToken();
		const features = this.config?.features;
		try {
			if (token.get()) this.user = await api.session();
			else if (!features?.auth || features.auth_trusted_header) {
				await this.#adopt(await api.signIn('', ''));
				return;
			}
		} catch (error) {
			if (!(error instanceof ApiError) || error.status === 0) throw error;
			token.clear();
			return;
		}
		if (this.user && !this.isPending) await this.#loadOwn();
	}

	/** What belongs to the person: models, settings. */
	#loadOwn = () => Promise.all([this.loadModels(), settings.load().then(applyLook)]);

	signIn = async (email: string, password: string) =>
		this.#adopt(await api.signIn(email, password));
	signInLdap = async (user: string, password: string) =>
		this.#adopt(await api.signInLdap(user, password));
	signUp = async (name: string, email: string, password: string) =>
		this.#adopt(await api.signUp(name, email, password));

	async #adopt(user: SignedIn) {
		token.set(user.token);
		// The settings tell more to somebody who is signed in.
		this.config = await api.getConfig();
		this.user = user;
		if (user.role !== 'pending') await this.#loadOwn();
	}

	/** Takes over what was changed about the account. */
	updateUser(patch: Partial<SessionUser>) {
		if (this.user) this.user = { ...this.user, ...patch };
	}

	/** Ends the session here and on the server. Gives an address to go on to, if the server has one. */
	async signOut(): Promise<string | undefined> {
		const reply = await api.signOut().catch(() => undefined);
		await this.forget();
		return reply?.redirect_url;
	}

	/** Forgets the session after the server has ended it. */
	async forget() {
		token.clear();
		this.user = null;
		settings.reset();
		this.models = [];
		this.modelsLoaded = false;
		this.config = await api.getConfig().catch(() => this.config);
	}

	async recheck() {
		this.user = await api.session();
		this.config = await api.getConfig();
		if (!this.isPending) await this.#loadOwn();
	}

	readonly permissions = $derived(this.user?.permissions ?? this.config?.permissions);

	/** Whether the person may do something, such as `chat.share`. Administrators may do everything. */
	may = (name: string): boolean => this.isAdmin || permission(this.permissions, name) !== false;

	/** Models may be told what the person wants them to remember. Servers without a switch for it have it. */
	get mayRemember(): boolean {
		return this.config?.features.enable_memories !== false && this.may('features.memories');
	}

	async loadModels(refresh = false) {
		this.models = await api.listModels(refresh);
		this.modelsLoaded = true;
	}

	modelById = (id: string | undefined): Model | undefined => this.models.find((m) => m.id === id);

	/** Somebody has decided that this person's chats are not kept. */
	get mustBeTemporary(): boolean {
		return !this.isAdmin && permission(this.permissions, 'chat.temporary_enforced') === true;
	}

	/** The models a new chat begins with: the last ones used, the person's, the server's, the first one. */
	defaultModels(): string[] {
		const configured = this.config?.default_models;
		const defaults = Array.isArray(configured) ? configured : listOf(configured);
		const last = (localStorage.getItem(LAST_MODEL_KEY) ?? '').split('\n');
		for (const wish of [last, settings.ui.models ?? [], defaults]) {
			const known = wish.map((id) => id.trim()).filter((id) => this.isVisible(id));
			if (known.length > 0) return known;
		}
		const model = this.visibleModels.find((m) => !m.arena) ?? this.visibleModels[0];
		return model ? [model.id] : [];
	}

	isVisible = (id: string): boolean => this.visibleModels.some((m) => m.id === id);

	rememberModels(ids: string[]) {
		localStorage.setItem(LAST_MODEL_KEY, ids.join('\n'));
	}
}

function permission(all: unknown, name: string): unknown {
	let at: unknown = all;
	for (const part of name.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
	return at;
}

/** Contrast and size follow the person to other browsers. */
function applyLook() {
	const { highContrastMode, textScale } = settings.ui;
	if (typeof highContrastMode === 'boolean') theme.setHighContrast(highContrastMode);
	if (typeof textScale === 'number') theme.setScale(textScale);
}

/** Single sign-on leaves its token in a cookie that the page may read once. */
function adoptCookieToken() {
	if (token.get()) return;
	const found = /(?:^|;\s*)token=([^;]+)/.exec(document.cookie)?.[1];
	if (found) token.set(decodeURIComponent(found));
}

export const app = new AppState();
