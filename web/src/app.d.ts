declare global {
	namespace App {
		interface PageState {
			/** Where the person came from, so that sign-in can lead back. */
			from?: string;
			/** The part of the settings that is open over the page. */
			settings?: import('$lib/settings/tabs').SettingsTab;
		}
	}
}

export {};
