/** What a menu holds. The same list serves a drop-down menu and a context menu. */
import type { Component } from 'svelte';
import type { ClassValue } from 'svelte/elements';
import type { Choice } from './Select.svelte';

export type Icon = Component<{ class?: ClassValue }>;

export type MenuEntry =
	| {
			kind: 'item';
			label: string;
			icon?: Icon;
			onSelect: () => void;
			danger?: boolean;
			disabled?: boolean;
			/** Keys that do the same, as shown: they are handled elsewhere. */
			keys?: string;
	  }
	| { kind: 'link'; label: string; icon?: Icon; href: string; onSelect?: () => void }
	| { kind: 'check'; label: string; checked: boolean; onChange: (checked: boolean) => void }
	| {
			kind: 'radio';
			label?: string;
			value: string;
			items: Choice[];
			onChange: (value: string) => void;
	  }
	| { kind: 'sub'; label: string; icon?: Icon; note?: string; items: MenuEntry[] }
	| { kind: 'label'; label: string }
	| { kind: 'separator' };
