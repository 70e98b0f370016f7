import { useArea } from '$lib/i18n/index.svelte';

/** The editors of models and suggestions speak the words of the workspace. */
export async function load() {
	await Promise.all([useArea('admin'), useArea('workspace')]);
}
