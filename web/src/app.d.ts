declare global {
	namespace App {
		interface PageState {
			/** Where the person came from, so that sign-in can lead back. */
			from?: string;
		}
	}
}

export {};
