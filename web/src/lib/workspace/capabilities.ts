/** What a model can do, in words. */
import { msg, type MessageKey } from '$lib/i18n/index.svelte';
import type { Capability } from './model-form';

export const CAPABILITY_TEXTS: Record<Capability, [label: MessageKey, about: MessageKey]> = {
	vision: [msg('workspace.can.vision'), msg('workspace.can.visionAbout')],
	file_upload: [msg('workspace.can.files'), msg('workspace.can.filesAbout')],
	citations: [msg('workspace.can.citations'), msg('workspace.can.citationsAbout')],
	status_updates: [msg('workspace.can.status'), msg('workspace.can.statusAbout')],
	usage: [msg('workspace.can.usage'), msg('workspace.can.usageAbout')]
};
