/** What the plus of the composer offers. */
import AppWindow from '@lucide/svelte/icons/app-window';
import Camera from '@lucide/svelte/icons/camera';
import Hash from '@lucide/svelte/icons/hash';
import Paperclip from '@lucide/svelte/icons/paperclip';
import { t } from '$lib/i18n/index.svelte';
import type { MenuEntry } from '../ui/entries';

interface Actions {
	files: () => void;
	camera: (() => void) | undefined;
	screen: () => void;
	reference: () => void;
}

export function attachEntries(act: Actions): MenuEntry[] {
	const entries: MenuEntry[] = [
		{ kind: 'item', label: t('attach.files'), icon: Paperclip, onSelect: act.files }
	];
	if (act.camera) {
		entries.push({
			kind: 'item',
			label: t('attach.camera'),
			icon: Camera,
			onSelect: act.camera
		});
	}
	// Browsers offer this on secure origins only, and not on phones.
	if (typeof navigator.mediaDevices?.getDisplayMedia === 'function' && !act.camera) {
		entries.push({
			kind: 'item',
			label: t('attach.screen'),
			icon: AppWindow,
			onSelect: act.screen
		});
	}
	entries.push(
		{ kind: 'separator' },
		{ kind: 'item', label: t('attach.reference'), icon: Hash, keys: '#', onSelect: act.reference }
	);
	return entries;
}
