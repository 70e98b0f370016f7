/** What can be done with a message of a channel, as entries of a menu. */
import Copy from '@lucide/svelte/icons/copy';
import Link from '@lucide/svelte/icons/link';
import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import Pencil from '@lucide/svelte/icons/pencil';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Reply from '@lucide/svelte/icons/reply';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { ChannelMessage } from '$lib/api/channels';
import { plainText } from '$lib/channels/mentions';
import { copyText } from '$lib/clipboard';
import { t } from '$lib/i18n/index.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import type { MenuEntry } from '../ui/entries';
import { addressOf, type MessageActions } from './message';

export async function copy(text: string) {
	try {
		await copyText(text);
		toasts.show('success', t('common.copied'));
	} catch {
		toasts.show('error', t('error.copy'));
	}
}

/** Without a place: the bar knows where the picker opens. */
type Actions = Omit<MessageActions, 'choose'> & { choose: (message: ChannelMessage) => void };

export function messageEntries(message: ChannelMessage, actions: Actions): MenuEntry[] {
	const item = (
		label: string,
		icon: Extract<MenuEntry, { kind: 'item' }>['icon'],
		onSelect: () => void
	): MenuEntry => ({ kind: 'item', label, icon, onSelect });
	const list: MenuEntry[] = [];
	if (actions.mayWrite)
		list.push(
			item(t('channels.react'), SmilePlus, () => actions.choose(message)),
			item(t('channels.reply'), Reply, () => actions.reply(message))
		);
	if (actions.threads && (actions.mayWrite || message.reply_count > 0))
		list.push(item(t('channels.openThread'), MessageSquareText, () => actions.thread(message)));
	if (actions.mayWrite)
		list.push(
			item(
				message.is_pinned ? t('common.unpin') : t('common.pin'),
				message.is_pinned ? PinOff : Pin,
				() => actions.pin(message)
			)
		);
	if (list.length) list.push({ kind: 'separator' });
	if (message.content)
		list.push(item(t('channels.copyText'), Copy, () => void copy(plainText(message.content))));
	list.push(
		item(t('common.copyLink'), Link, () => void copy(location.origin + addressOf(message)))
	);
	const [edits, deletes] = [actions.mayEdit(message), actions.mayDelete(message)];
	if (edits || deletes) list.push({ kind: 'separator' });
	if (edits) list.push(item(t('common.edit'), Pencil, () => actions.edit(message)));
	if (deletes)
		list.push({
			kind: 'item',
			label: t('common.delete'),
			icon: Trash2,
			danger: true,
			onSelect: () => actions.remove(message)
		});
	return list;
}
