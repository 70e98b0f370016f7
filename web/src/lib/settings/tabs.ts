/** The parts of the user settings. Their names stand in addresses: `#settings/account`. */
export const SETTINGS_TABS = [
	'general',
	'interface',
	'audio',
	'personalization',
	'data',
	'account',
	'about'
] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

const PREFIX = '#settings';

export const settingsHash = (tab: SettingsTab): string => `${PREFIX}/${tab}`;

/** The part an address asks for: the first one when it names none that there is. */
export function tabOfHash(hash: string): SettingsTab | undefined {
	if (hash !== PREFIX && !hash.startsWith(`${PREFIX}/`)) return undefined;
	const name = hash.slice(PREFIX.length + 1);
	return SETTINGS_TABS.find((tab) => tab === name) ?? 'general';
}
