/** Announcements of the administrators, without those this reader has closed. */
import { listBanners, type Banner } from '$lib/api/configs';

/** Where other clients of the contract look for it too. */
const CLOSED_KEY = 'dismissedBannerIds';

function readClosed(): string[] {
	try {
		const ids: unknown = JSON.parse(localStorage.getItem(CLOSED_KEY) ?? '[]');
		return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
	} catch {
		return [];
	}
}

class Banners {
	#all = $state.raw<Banner[]>([]);
	#closed = $state.raw<string[]>(readClosed());

	readonly shown = $derived(
		this.#all.filter((banner) => !banner.dismissible || !this.#closed.includes(banner.id))
	);

	async load(): Promise<void> {
		try {
			this.#all = await listBanners();
		} catch {
			// An announcement that does not arrive is no reason to disturb anybody.
		}
	}

	close(id: string) {
		// Banners that are gone need not be remembered.
		const known = this.#closed.filter((old) => this.#all.some((banner) => banner.id === old));
		this.#closed = [...known, id];
		try {
			localStorage.setItem(CLOSED_KEY, JSON.stringify(this.#closed));
		} catch {
			// Not remembered then.
		}
	}
}

export const banners = new Banners();
