import { useArea } from '$lib/i18n/index.svelte';

export const load = () => useArea('workspace');
