/** Dialogs that anything may open. They are fetched when first needed; `DialogHost` shows them. */
import type { Component } from 'svelte';
import { toasts } from './toasts.svelte';

/** What every dialog takes besides its own. */
export interface DialogProps {
	open: boolean;
}

export interface Shown {
	id: number;
	component: Component<Record<string, unknown>>;
	props: Record<string, unknown>;
	open: boolean;
}

let next = 1;
let list = $state<Shown[]>([]);

/** Long enough for a closing animation and for the focus to return. */
const GONE_AFTER_MS = 300;

export const dialogs = {
	get list() {
		return list;
	},
	get any() {
		return list.some((dialog) => dialog.open);
	},

	async show<P extends Record<string, unknown>>(
		load: () => Promise<{ default: Component<P & DialogProps, object, 'open'> }>,
		props: P
	): Promise<void> {
		try {
			const component = (await load()).default as unknown as Shown['component'];
			list.push({ id: next++, component, props, open: true });
		} catch (error) {
			toasts.failure(error);
		}
	},

	/** Asks before something is done. */
	confirm: (question: {
		title: string;
		description: string;
		action: string;
		variant?: 'danger' | 'primary';
		onConfirm: () => Promise<void> | void;
	}) => dialogs.show(() => import('$lib/components/ui/ConfirmDialog.svelte'), question),

	closed(id: number) {
		setTimeout(() => {
			const index = list.findIndex((dialog) => dialog.id === id);
			if (index >= 0 && !list[index]!.open) list.splice(index, 1);
		}, GONE_AFTER_MS);
	},

	reset() {
		list = [];
	}
};
