import { useArea } from '$lib/i18n/index.svelte';

// The editor of models and suggestions is the workspace's.
export const load = () => Promise.all([useArea('admin'), useArea('workspace')]);
