import { useArea } from '$lib/i18n/index.svelte';

export async function load() {
	await useArea('channels');
	return { ownHeader: true };
}
