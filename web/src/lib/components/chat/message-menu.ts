/** What can be done with an answer, as entries of menus. */
import Copy from '@lucide/svelte/icons/copy';
import GitFork from '@lucide/svelte/icons/git-fork';
import ListPlus from '@lucide/svelte/icons/list-plus';
import MessageCircleQuestionMark from '@lucide/svelte/icons/message-circle-question-mark';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Scissors from '@lucide/svelte/icons/scissors';
import Sparkles from '@lucide/svelte/icons/sparkles';
import StepForward from '@lucide/svelte/icons/step-forward';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { Message } from '$lib/chat/types';
import { t } from '$lib/i18n/index.svelte';
import { app } from '$lib/state/app.svelte';
import type { Again } from '$lib/state/conversation/turns';
import type { MenuEntry } from '../ui/entries';

export interface AnswerActions {
	regenerate: (how?: Again) => void;
	instruct: () => void;
	edit: () => void;
	continue: () => void;
	copyFormatted: () => void;
	fork: () => void;
	remove: () => void;
}

/** Ways to ask for another answer. */
export function againEntries(message: Message, act: AnswerActions): MenuEntry[] {
	const models = app.visibleModels.filter((m) => m.id !== message.model);
	return [
		{
			kind: 'item',
			label: t('message.tryAgain'),
			icon: RotateCcw,
			onSelect: () => act.regenerate()
		},
		{
			kind: 'item',
			label: t('message.moreDetail'),
			icon: ListPlus,
			// The instruction goes to the model, whatever language the page is in.
			onSelect: () => act.regenerate({ instruction: t('message.moreDetailPrompt') })
		},
		{
			kind: 'item',
			label: t('message.moreConcise'),
			icon: Scissors,
			onSelect: () => act.regenerate({ instruction: t('message.moreConcisePrompt') })
		},
		{
			kind: 'item',
			label: t('message.ownWords'),
			icon: MessageCircleQuestionMark,
			onSelect: act.instruct
		},
		...(models.length
			? [
					{ kind: 'separator' } as const,
					{
						kind: 'sub',
						label: t('message.otherModel'),
						icon: Sparkles,
						items: models.map((model): MenuEntry => ({
							kind: 'item',
							label: model.name,
							onSelect: () => act.regenerate({ model: model.id })
						}))
					} as const
				]
			: [])
	];
}

/** Everything else. */
export function answerEntries(message: Message, busy: boolean, act: AnswerActions): MenuEntry[] {
	const entries: MenuEntry[] = [];
	if (app.may('chat.edit')) {
		entries.push({
			kind: 'item',
			label: t('message.editAnswer'),
			icon: Pencil,
			disabled: busy,
			onSelect: act.edit
		});
	}
	if (app.may('chat.continue_response') && message.content) {
		entries.push({
			kind: 'item',
			label: t('message.continue'),
			icon: StepForward,
			disabled: busy,
			onSelect: act.continue
		});
	}
	entries.push(
		{
			kind: 'item',
			label: t('message.copyFormatted'),
			icon: Copy,
			disabled: !message.content,
			onSelect: act.copyFormatted
		},
		{ kind: 'item', label: t('message.fork'), icon: GitFork, disabled: busy, onSelect: act.fork }
	);
	if (app.may('chat.delete_message')) {
		entries.push(
			{ kind: 'separator' },
			{
				kind: 'item',
				label: t('message.delete'),
				icon: Trash2,
				danger: true,
				disabled: busy,
				onSelect: act.remove
			}
		);
	}
	return entries;
}
