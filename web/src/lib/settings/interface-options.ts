/**
 * The switches and choices of the page "Interface". Names and values are the contract's; a setting that was
 * never made has the value that stands here.
 */
import type { UiSettings } from '$lib/api/settings';
import { msg, type MessageKey } from '$lib/i18n/index.svelte';

interface Base {
	label: MessageKey;
	about?: MessageKey;
}

export interface SwitchOption extends Base {
	kind: 'switch';
	key: keyof UiSettings & string;
	usual: boolean;
}

export interface ChoiceOption extends Base {
	kind: 'choice';
	key: keyof UiSettings & string;
	usual: string;
	choices: { value: string; label: MessageKey }[];
}

export type Option = SwitchOption | ChoiceOption;

export interface OptionGroup {
	title: MessageKey;
	options: Option[];
}

const on = (key: SwitchOption['key'], label: MessageKey, about?: MessageKey): SwitchOption => ({
	kind: 'switch',
	key,
	usual: true,
	label,
	about
});
const off = (key: SwitchOption['key'], label: MessageKey, about?: MessageKey): SwitchOption => ({
	kind: 'switch',
	key,
	usual: false,
	label,
	about
});

export const INTERFACE: OptionGroup[] = [
	{
		title: msg('settings.groupLook'),
		options: [
			off('widescreenMode', msg('settings.widescreen'), msg('settings.widescreenAbout')),
			{
				kind: 'choice',
				key: 'chatDirection',
				usual: 'auto',
				label: msg('settings.direction'),
				about: msg('settings.directionAbout'),
				choices: [
					{ value: 'auto', label: msg('settings.directionAuto') },
					{ value: 'LTR', label: msg('settings.directionLtr') },
					{ value: 'RTL', label: msg('settings.directionRtl') }
				]
			},
			{
				kind: 'choice',
				key: 'landingPageMode',
				usual: '',
				label: msg('settings.landing'),
				choices: [
					{ value: '', label: msg('settings.landingMiddle') },
					{ value: 'chat', label: msg('settings.landingBottom') }
				]
			},
			on('chatBubble', msg('settings.bubbles')),
			off('showUsername', msg('settings.username')),
			on('showChatTitleInTab', msg('settings.titleInTab'))
		]
	},
	{
		title: msg('settings.groupWriting'),
		options: [
			off('ctrlEnterToSend', msg('settings.ctrlEnter'), msg('settings.ctrlEnterAbout')),
			off('largeTextAsFile', msg('settings.largeText'), msg('settings.largeTextAbout')),
			on('promptAutocomplete', msg('settings.autocomplete'), msg('settings.autocompleteAbout')),
			off('imageCompression', msg('settings.compress'), msg('settings.compressAbout')),
			off('insertSuggestionPrompt', msg('settings.insertSuggestion')),
			off('userLocation', msg('settings.location'), msg('settings.locationAbout')),
			off('temporaryChatByDefault', msg('settings.temporary'), msg('settings.temporaryAbout'))
		]
	},
	{
		title: msg('settings.groupAnswers'),
		options: [
			on('autoFollowUps', msg('settings.autoFollowUps')),
			off('keepFollowUpPrompts', msg('settings.keepFollowUps')),
			off('insertFollowUpPrompt', msg('settings.insertFollowUp')),
			on('regenerateMenu', msg('settings.regenerateMenu')),
			off('responseAutoCopy', msg('settings.autoCopy')),
			off('copyFormatted', msg('settings.copyFormatted'), msg('settings.copyFormattedAbout')),
			off('collapseCodeBlocks', msg('settings.collapseCode')),
			on(
				'showFloatingActionButtons',
				msg('settings.quickActions'),
				msg('settings.quickActionsAbout')
			),
			off('expandDetails', msg('settings.expandDetails'), msg('settings.expandDetailsAbout')),
			off('displayMultiModelResponsesInTabs', msg('settings.answersInTabs')),
			on('scrollOnBranchChange', msg('settings.scrollOnBranch')),
			off('hapticFeedback', msg('settings.haptics'))
		]
	},
	{
		title: msg('settings.groupOrder'),
		options: [
			{ kind: 'switch', key: 'title', usual: true, label: msg('settings.autoTitle') },
			on('autoTags', msg('settings.autoTags'))
		]
	}
];

/** `title` is kept as `{auto}`; all other switches as themselves. */
export function isOn(ui: UiSettings, { key, usual }: SwitchOption): boolean {
	const value = key === 'title' ? ui.title?.auto : ui[key];
	return typeof value === 'boolean' ? value : usual;
}

export const switched = (ui: UiSettings, { key }: SwitchOption, value: boolean): UiSettings =>
	key === 'title' ? { title: { ...ui.title, auto: value } } : { [key]: value };

export function chosen(ui: UiSettings, { key, usual, choices }: ChoiceOption): string {
	const value = ui[key];
	return choices.some((choice) => choice.value === value) ? (value as string) : usual;
}
