/** Keeps settings, and tells when that failed. */
import type { UiSettings } from '$lib/api/settings';
import { settings } from '$lib/state/settings.svelte';
import { toasts } from '$lib/state/toasts.svelte';

export const save = (patch: Partial<UiSettings>): Promise<void> =>
	settings.set(patch).catch((error) => toasts.failure(error));
