/** What can be done with a chat, as entries of a menu: in the list and over the open chat. */
import Archive from '@lucide/svelte/icons/archive';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Download from '@lucide/svelte/icons/download';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Share2 from '@lucide/svelte/icons/share-2';
import Sparkles from '@lucide/svelte/icons/sparkles';
import Tags from '@lucide/svelte/icons/tags';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { ChatSummary } from '$lib/api/types';
import { flatten } from '$lib/chat/folder-tree';
import type { MenuEntry } from '$lib/components/ui/entries';
import { t } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';
import { chats } from '$lib/state/chats.svelte';
import { dialogs } from '$lib/state/dialogs.svelte';
import { folders } from '$lib/state/folders.svelte';
import { pinnedChats, stepPinned } from '$lib/state/pinned-chats';
import * as actions from './actions';
import { selection } from './selection.svelte';

function places(chat: ChatSummary, folderId: string | null): MenuEntry[] {
	const inside = folderId ?? chats.folderOf(chat.id) ?? null;
	const list: MenuEntry[] = flatten(folders.tree)
		.filter(({ folder }) => folder.id !== inside)
		.map(({ folder, depth }) => ({
			kind: 'item',
			label: '\u2003'.repeat(depth) + folder.name,
			onSelect: () => void actions.move(chat.id, folder.id)
		}));
	if (list.length) list.push({ kind: 'separator' });
	if (inside)
		list.push({
			kind: 'item',
			label: t('sidebar.outOfFolder'),
			onSelect: () => void actions.move(chat.id, null)
		});
	list.push({
		kind: 'item',
		label: t('sidebar.newFolder'),
		icon: FolderPlus,
		onSelect: async () => {
			const id = await actions.newFolder();
			if (id) await actions.move(chat.id, id);
		}
	});
	return list;
}

type Format = 'json' | 'text' | 'markdown' | 'print';

async function save(id: string, format: Format) {
	if (format === 'print') {
		const { printChat } = await import('$lib/transfer/print');
		await actions.attempt(() => printChat(id));
		return;
	}
	const { downloadChat } = await import('$lib/transfer/export');
	await actions.attempt(() => downloadChat(id, format));
}

export interface ChatEntriesOptions {
	/** The folder it is known to be in. */
	folderId: string | null;
	onRename: () => void;
	/** Begins a selection in the list. */
	selectable?: boolean;
}

/** Its place among the pinned ones, for those who cannot drag. */
function steps(chat: ChatSummary): MenuEntry[] {
	const ids = pinnedChats().map(({ id }) => id);
	const name = actions.titleOf(chat);
	const step = (by: -1 | 1) => () => void actions.attempt(() => stepPinned(chat.id, by));
	const [up, down] = [t('common.moveUp', { name }), t('common.moveDown', { name })];
	return [
		{
			kind: 'item',
			label: up,
			icon: ArrowUp,
			disabled: ids[0] === chat.id,
			onSelect: step(-1)
		},
		{
			kind: 'item',
			label: down,
			icon: ArrowDown,
			disabled: ids.at(-1) === chat.id,
			onSelect: step(1)
		}
	];
}

export function chatEntries(chat: ChatSummary, options: ChatEntriesOptions): MenuEntry[] {
	const pinned = chats.isPinned(chat.id);
	const list: MenuEntry[] = [
		{
			kind: 'item',
			label: pinned ? t('common.unpin') : t('common.pin'),
			icon: pinned ? PinOff : Pin,
			onSelect: () => void actions.pin(chat.id)
		},
		{ kind: 'item', label: t('common.rename'), icon: Pencil, onSelect: options.onRename },
		{
			kind: 'item',
			label: t('sidebar.nameByModel'),
			icon: Sparkles,
			onSelect: () => void actions.nameByModel(chat.id)
		},
		{
			kind: 'item',
			label: t('sidebar.tags'),
			icon: Tags,
			onSelect: () =>
				void dialogs.show(() => import('$lib/components/TagsDialog.svelte'), { chatId: chat.id })
		}
	];
	if (options.selectable && pinned && !options.folderId) list.splice(1, 0, ...steps(chat));
	if (app.config?.features.enable_folders !== false)
		list.push({
			kind: 'sub',
			label: t('sidebar.moveTo'),
			icon: FolderInput,
			items: places(chat, options.folderId)
		});
	list.push(
		{
			kind: 'item',
			label: t('sidebar.clone'),
			icon: CopyPlus,
			onSelect: () => void actions.clone(chat)
		},
		{ kind: 'separator' },
		...giving(chat)
	);
	if (options.selectable)
		list.push({
			kind: 'item',
			label: t('sidebar.select'),
			icon: ListChecks,
			onSelect: () => selection.begin(chat.id)
		});
	list.push(
		{ kind: 'separator' },
		{
			kind: 'item',
			label: t('common.archive'),
			icon: Archive,
			onSelect: () => void actions.archive(chat)
		}
	);
	if (app.may('chat.delete'))
		list.push({
			kind: 'item',
			label: t('common.delete'),
			icon: Trash2,
			danger: true,
			onSelect: () => actions.askDelete(chat)
		});
	return list;
}

/** Ways to give a chat away. */
function giving({ id }: ChatSummary): MenuEntry[] {
	const list: MenuEntry[] = [];
	if (app.may('chat.share'))
		list.push({
			kind: 'item',
			label: t('sidebar.share'),
			icon: Share2,
			onSelect: () =>
				void dialogs.show(() => import('$lib/components/ShareDialog.svelte'), { chatId: id })
		});
	if (app.may('chat.export'))
		list.push({
			kind: 'sub',
			label: t('sidebar.download'),
			icon: Download,
			items: [
				{ kind: 'item', label: t('sidebar.asJson'), onSelect: () => void save(id, 'json') },
				{ kind: 'item', label: t('sidebar.asMarkdown'), onSelect: () => void save(id, 'markdown') },
				{ kind: 'item', label: t('sidebar.asText'), onSelect: () => void save(id, 'text') },
				{ kind: 'item', label: t('sidebar.asPdf'), onSelect: () => void save(id, 'print') }
			]
		});
	return list;
}
