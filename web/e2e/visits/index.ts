/**
 * Every page, and every dialog, menu and panel worth looking at, with the way to it. Tests that look at
 * everything take their list from here; `70-accessibility` fails for a route of the page that is missing.
 */
import { ADMIN_PAGES, ADMIN_SETTINGS } from './admin';
import { CHANNELS } from './channels';
import { CHATS, IN_CHAT } from './chats';
import { SETTINGS, SIDEBAR } from './frame';
import { NOTES } from './notes';
import type { Visit } from './tools';
import { PLAYGROUND, WORKSPACE } from './workspace';

export type { Visit };

export const VISITS: Record<string, Visit[]> = {
	chats: CHATS,
	'what opens in a chat': IN_CHAT,
	'sidebar and search': SIDEBAR,
	settings: SETTINGS,
	'folders and notes': NOTES,
	channels: CHANNELS,
	workspace: WORKSPACE,
	playground: PLAYGROUND,
	administration: ADMIN_PAGES,
	'settings of the server': ADMIN_SETTINGS
};

/** Routes that no visit above is for: why. */
export const NO_VISIT: Record<string, string> = {
	'/auth': 'looked at before anybody is signed in',
	'/dev/components': 'the gallery of a development build',
	'/(app)/workspace': 'leads on to a page of the workspace',
	'/(app)/notes/new': 'leads on to the note it makes'
};
