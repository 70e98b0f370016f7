/** What a person has set, kept on the server. */
import { client, read } from './client';

/** Names are the contract's: other clients of the same account read and write them too. */
export interface UiSettings {
	/** Models a new chat begins with. */
	models?: string[];
	system?: string;
	params?: Record<string, unknown>;
	/** Models are told what the person wants them to remember. */
	memory?: boolean;
	/** Models kept in the sidebar. Never set: those of the server. */
	pinnedModels?: string[];
	/** The order of pinned chats; those it does not name stand above. */
	pinnedChats?: string[];
	/** Enter makes a new line, Ctrl+Enter sends. */
	ctrlEnterToSend?: boolean;
	/** A long pasted text becomes a file. */
	largeTextAsFile?: boolean;
	/** Copying an answer puts formatted text beside the plain one. */
	copyFormatted?: boolean;
	/** A follow-up question is put into the composer instead of being sent. */
	insertFollowUpPrompt?: boolean;
	/** Follow-up questions stay below older answers. */
	keepFollowUpPrompts?: boolean;
	/** A suggestion is put into the composer instead of being sent. */
	insertSuggestionPrompt?: boolean;
	/** False: "answer again" is a plain button. */
	regenerateMenu?: boolean;
	collapseCodeBlocks?: boolean;
	/** Thinking and tool calls begin unfolded. */
	expandDetails?: boolean;
	scrollOnBranchChange?: boolean;
	displayMultiModelResponsesInTabs?: boolean;
	temporaryChatByDefault?: boolean;
	widescreenMode?: boolean;
	/** `chat`: in a new chat, too, one writes at the bottom of the page. */
	landingPageMode?: '' | 'chat';
	/** False: own messages stand like answers, without a bubble. */
	chatBubble?: boolean;
	/** The person's name stands over own messages. */
	showUsername?: boolean;
	/** Words that may come next are offered while one writes. On unless switched off. */
	promptAutocomplete?: boolean;
	/** What can be done with marked words of an answer is offered beside them. On unless switched off. */
	showFloatingActionButtons?: boolean;
	/** Phones shake a little when an answer is complete. */
	hapticFeedback?: boolean;
	chatDirection?: 'auto' | 'LTR' | 'RTL';
	responseAutoCopy?: boolean;
	autoTags?: boolean;
	autoFollowUps?: boolean;
	title?: { auto?: boolean };
	imageCompression?: boolean;
	imageCompressionSize?: { width?: string | number; height?: string | number };
	/** The browser tells of answers in chats nobody looks at. */
	notificationEnabled?: boolean;
	/** On unless switched off. */
	notificationSound?: boolean;
	notifications?: { webhook_url?: string };
	/** Prompts may name where the person is. */
	userLocation?: boolean;
	highContrastMode?: boolean;
	/** Size of everything; nothing is 1. */
	textScale?: number | null;
	backgroundImageUrl?: string | null;
	showChatTitleInTab?: boolean;
	/** Engines: empty is what the server is set to; `web` and `browser` are those of the browser. */
	audio?: {
		stt?: { engine?: string; language?: string; [key: string]: unknown };
		tts?: { engine?: string; voice?: string; playbackRate?: number; [key: string]: unknown };
	};
	/** What was dictated is sent at once. */
	speechAutoSend?: boolean;
	/** New answers are read aloud. */
	responseAutoPlayback?: boolean;
	[key: string]: unknown;
}

export interface UserSettings {
	ui?: UiSettings;
	[key: string]: unknown;
}

export const userSettings = () =>
	read<UserSettings | null>(client.GET('/api/v1/users/user/settings'));
export const saveUserSettings = (body: UserSettings) =>
	read<UserSettings>(client.POST('/api/v1/users/user/settings/update', { body: body as never }));
