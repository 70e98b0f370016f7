/** Short notices in the corner. */
import { t } from '$lib/i18n/index.svelte';
import { ApiError } from '$lib/api/client';

export type ToastKind = 'info' | 'success' | 'warning' | 'error';
export interface ToastAction {
	label: string;
	run: () => void;
}
export interface Toast {
	id: number;
	kind: ToastKind;
	text: string;
	/** What can still be done about it. */
	action?: ToastAction;
}

const LIFETIME_MS = { info: 4000, success: 3000, warning: 6000, error: 8000 };
const WITH_ACTION_MS = 8000;

let next = 1;
let items = $state.raw<Toast[]>([]);

export const toasts = {
	get items() {
		return items;
	},
	/** What is said again takes the place of what stands there already, unless something can be done about that. */
	show(kind: ToastKind, text: string, action?: ToastAction) {
		const id = next++;
		const others = items.filter((item) => item.action || item.kind !== kind || item.text !== text);
		items = [...others, { id, kind, text, action }];
		setTimeout(() => this.dismiss(id), action ? WITH_ACTION_MS : LIFETIME_MS[kind]);
	},
	/** Tells what went wrong in the server's words, or in ours when it has none. */
	failure(error: unknown) {
		this.show('error', explain(error));
	},
	dismiss(id: number) {
		items = items.filter((item) => item.id !== id);
	}
};

export function explain(error: unknown): string {
	if (error instanceof ApiError) {
		if (error.status === 0) return t('error.unreachable');
		return error.message || t('error.status', { status: error.status });
	}
	return error instanceof Error && error.message ? error.message : t('error.unknown');
}
