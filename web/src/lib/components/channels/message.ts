/** Who a message is from, and what is done with messages from menus. */
import type { ChannelMessage } from '$lib/api/channels';
import { pictureOfModel } from '$lib/api/workspace';
import { t } from '$lib/i18n/index.svelte';

export const nameOfAuthor = (message: ChannelMessage): string =>
	message.meta?.model_name || message.meta?.model_id || message.user?.name || t('channels.gone');

export const pictureOfAuthor = (message: ChannelMessage): string =>
	message.meta?.model_id
		? pictureOfModel(message.meta.model_id)
		: `/api/v1/users/${message.user_id}/profile/image`;

export const addressOf = (message: ChannelMessage): string => {
	const thread = message.parent_id ? `thread=${message.parent_id}&` : '';
	return `/channels/${message.channel_id}?${thread}message=${message.id}`;
};

/** A model that has not answered yet. */
export const isAnswering = ({ meta, content }: ChannelMessage): boolean =>
	!!meta?.model_id && !meta.done && !content;

/** What can be done with messages, by whoever shows them. */
export interface MessageActions {
	mayWrite: boolean;
	/** The channel's messages can be answered in a thread; those of a thread cannot. */
	threads: boolean;
	mayEdit: (message: ChannelMessage) => boolean;
	mayDelete: (message: ChannelMessage) => boolean;
	reply: (message: ChannelMessage) => void;
	thread: (message: ChannelMessage) => void;
	/** Chooses a reaction; the picker opens beside the element. */
	choose: (message: ChannelMessage, beside: HTMLElement) => void;
	react: (message: ChannelMessage, name: string) => void;
	pin: (message: ChannelMessage) => void;
	edit: (message: ChannelMessage) => void;
	remove: (message: ChannelMessage) => void;
	/** Goes to the message that is quoted. */
	jump: (message: ChannelMessage) => void;
	sendAgain: (message: ChannelMessage) => void;
	discard: (message: ChannelMessage) => void;
	loadData: (message: ChannelMessage) => void;
}
