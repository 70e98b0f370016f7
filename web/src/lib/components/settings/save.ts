/** Keeps settings, and tells when that failed. */
import { onDestroy } from 'svelte';
import type { UiSettings } from '$lib/api/settings';
import { settings } from '$lib/state/settings.svelte';
import { toasts } from '$lib/state/toasts.svelte';

const WAIT_MS = 800;

export const save = (patch: Partial<UiSettings>): Promise<void> =>
	settings.set(patch).catch((error) => toasts.failure(error));

/** Keeps what is changed again and again once that stops, and at the latest when its control goes away. */
export function patientSave() {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let waiting: Partial<UiSettings> | undefined;

	function now() {
		clearTimeout(timer);
		if (waiting) void save(waiting);
		waiting = undefined;
	}
	function later(patch: Partial<UiSettings>) {
		waiting = patch;
		clearTimeout(timer);
		timer = setTimeout(now, WAIT_MS);
	}
	onDestroy(now);
	return { now, later };
}
