/** The signs of the kinds of channels. */
import Hash from '@lucide/svelte/icons/hash';
import Lock from '@lucide/svelte/icons/lock';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import UsersRound from '@lucide/svelte/icons/users-round';
import { isPublic } from '$lib/access';
import { kindOf, type Channel } from '$lib/api/channels';
import type { Icon } from '../ui/entries';

export function iconOf(channel: Pick<Channel, 'type' | 'access_control'>): Icon {
	const kind = kindOf(channel);
	if (kind === 'dm') return MessageCircle;
	if (kind === 'group') return UsersRound;
	return isPublic(channel.access_control) ? Hash : Lock;
}
