/** The pages of the workspace, and who may open them. */
import { msg } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';

const SECTIONS = [
	{
		href: '/workspace/models',
		label: msg('workspace.nav.models'),
		permission: 'workspace.models'
	},
	{
		href: '/workspace/prompts',
		label: msg('workspace.nav.prompts'),
		permission: 'workspace.prompts'
	}
] as const;

/** The pages that are open to the reader. */
export const openSections = () => SECTIONS.filter(({ permission }) => app.may(permission));
