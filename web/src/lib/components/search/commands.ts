/** What the command palette can do besides finding chats. */
import Archive from '@lucide/svelte/icons/archive';
import Contrast from '@lucide/svelte/icons/contrast';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import LogOut from '@lucide/svelte/icons/log-out';
import MessageSquarePlus from '@lucide/svelte/icons/message-square-plus';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import Settings2 from '@lucide/svelte/icons/settings-2';
import ShieldUser from '@lucide/svelte/icons/shield-user';
import SquareDashed from '@lucide/svelte/icons/square-dashed';
import SquarePen from '@lucide/svelte/icons/square-pen';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import { goto } from '$app/navigation';
import type { Icon } from '$lib/components/ui/entries';
import { LOCALES, chooseLocale, locale, t } from '$lib/i18n/index.svelte';
import { places } from '$lib/components/sidebar/places';
import { newFolder } from '$lib/components/sidebar/actions';
import { keysOf } from '$lib/shortcuts';
import { app } from '$lib/state/app.svelte';
import { dialogs } from '$lib/state/dialogs.svelte';
import { frame } from '$lib/state/frame.svelte';
import { leave } from '$lib/state/leave';
import type { SettingsTab } from '$lib/settings/tabs';
import { showSettings, showShortcuts } from '$lib/state/open';
import { theme, type Theme } from '$lib/state/theme.svelte';

export interface Command {
	id: string;
	label: string;
	icon: Icon;
	/** Other words it is found by. */
	also?: string;
	keys?: string;
	run: () => unknown;
}

/** What can be begun, with the text that was typed. */
export function beginnings(text: string): Command[] {
	const ask = encodeURIComponent(text);
	const list: Command[] = [
		{
			id: 'new-chat',
			label: text ? t('search.askText', { text }) : t('search.newChat'),
			icon: text ? MessageSquarePlus : SquarePen,
			keys: text ? undefined : keysOf('newChat'),
			run: () => void goto(text ? `/?q=${ask}` : '/')
		}
	];
	if (!text && app.may('chat.temporary'))
		list.push({
			id: 'temporary',
			label: t('search.newTemporary'),
			icon: SquareDashed,
			keys: keysOf('newTemporaryChat'),
			run: () => void goto('/?temporary-chat=true')
		});
	return list;
}

const THEMES: [Theme, () => string][] = [
	['system', () => t('search.themeSystem')],
	['light', () => t('search.themeLight')],
	['dark', () => t('search.themeDark')],
	['oled-dark', () => t('search.themeBlack')]
];

const TABS: [SettingsTab, () => string][] = [
	['general', () => t('search.tabGeneral')],
	['interface', () => t('search.tabInterface')],
	['data', () => t('search.tabData')],
	['account', () => t('search.tabAccount')],
	['about', () => t('search.tabAbout')]
];

/** Everything else. */
export function commands(): Command[] {
	const list: Command[] = [
		{
			id: 'sidebar',
			label: t('search.toggleSidebar'),
			icon: PanelLeft,
			keys: keysOf('sidebar'),
			run: frame.toggle
		},
		{
			id: 'archived',
			label: t('search.archived'),
			icon: Archive,
			run: () => void dialogs.show(() => import('$lib/components/ArchivedChats.svelte'), {})
		},
		{
			id: 'shortcuts',
			label: t('search.shortcuts'),
			icon: Keyboard,
			keys: keysOf('help'),
			run: showShortcuts
		}
	];
	if (app.config?.features.enable_folders !== false && app.may('features.folders'))
		list.push({
			id: 'folder',
			label: t('search.newFolder'),
			icon: FolderPlus,
			run: async () => {
				const id = await newFolder();
				if (id) await goto(`/folders/${id}`);
			}
		});
	for (const { href, label, icon } of places())
		list.push({
			id: href,
			label: t('search.go', { name: label }),
			icon,
			run: () => void goto(href)
		});
	if (app.isAdmin)
		list.push({
			id: 'admin',
			label: t('search.go', { name: t('user.admin') }),
			icon: ShieldUser,
			run: () => void goto('/admin')
		});
	for (const [tab, label] of TABS)
		list.push({
			id: `settings-${tab}`,
			label: t('search.settings', { name: label() }),
			icon: Settings2,
			run: () => showSettings(tab)
		});
	for (const [value, label] of THEMES)
		if (theme.current !== value)
			list.push({
				id: `theme-${value}`,
				label: label(),
				icon: SunMoon,
				also: t('theme.title'),
				run: () => theme.choose(value)
			});
	list.push({
		id: 'contrast',
		label: theme.highContrast ? t('search.contrastOff') : t('search.contrastOn'),
		icon: Contrast,
		also: t('theme.title'),
		run: () => theme.setHighContrast(!theme.highContrast)
	});
	for (const [value, label] of Object.entries(LOCALES))
		if (value !== locale())
			list.push({
				id: `language-${value}`,
				label: t('search.language', { name: label }),
				icon: Languages,
				also: `${value} language`,
				run: () => void chooseLocale(value)
			});
	for (const model of app.visibleModels)
		list.push({
			id: `model-${model.id}`,
			label: t('search.withModel', { name: model.name }),
			icon: SquarePen,
			also: model.id,
			run: () => void goto(`/?model=${encodeURIComponent(model.id)}`)
		});
	list.push({
		id: 'sign-out',
		label: t('user.signOut'),
		icon: LogOut,
		run: () => void leave()
	});
	return list;
}

/** Those whose words begin with, or hold, every word typed. */
export function matching(list: Command[], words: string[], most = 5): Command[] {
	const wanted = words.map((word) => word.toLowerCase());
	const rank = (command: Command) => {
		const label = command.label.toLowerCase();
		const all = `${label} ${(command.also ?? '').toLowerCase()}`;
		if (!wanted.every((word) => all.includes(word))) return 0;
		return wanted.some((word) => label.startsWith(word)) ? 2 : 1;
	};
	return list
		.map((command) => ({ command, rank: rank(command) }))
		.filter(({ rank }) => rank > 0)
		.sort((a, b) => b.rank - a.rank)
		.slice(0, most)
		.map(({ command }) => command);
}
