/** The pages of the administration, in two levels. */
import { msg, type MessageKey } from '$lib/i18n/index.svelte';

export interface AdminPage {
	href: string;
	label: MessageKey;
}

export interface AdminSection {
	label: MessageKey;
	pages: AdminPage[];
}

export const SETTINGS = '/admin/settings';

export const SECTIONS: AdminSection[] = [
	{
		label: msg('admin.nav.people'),
		pages: [
			{ href: '/admin/users/overview', label: msg('admin.nav.users') },
			{ href: '/admin/users/groups', label: msg('admin.nav.groups') }
		]
	},
	{
		label: msg('admin.nav.insight'),
		pages: [
			{ href: '/admin/evaluations/leaderboard', label: msg('admin.nav.leaderboard') },
			{ href: '/admin/evaluations/feedbacks', label: msg('admin.nav.feedback') },
			{ href: '/admin/usage', label: msg('admin.nav.usage') }
		]
	},
	{
		label: msg('admin.nav.settings'),
		pages: [
			{ href: `${SETTINGS}/general`, label: msg('admin.nav.general') },
			{ href: `${SETTINGS}/connections`, label: msg('admin.nav.connections') },
			{ href: `${SETTINGS}/models`, label: msg('admin.nav.models') },
			{ href: `${SETTINGS}/interface`, label: msg('admin.nav.interface') },
			{ href: `${SETTINGS}/audio`, label: msg('admin.nav.audio') },
			{ href: `${SETTINGS}/evaluations`, label: msg('admin.nav.evaluations') },
			{ href: `${SETTINGS}/authentication`, label: msg('admin.nav.authentication') },
			{ href: `${SETTINGS}/database`, label: msg('admin.nav.database') },
			{ href: `${SETTINGS}/all`, label: msg('admin.nav.all') }
		]
	}
];

/** Where an address stands: also for the pages of one thing below a list, such as one group. */
export function placeOf(path: string): { section: AdminSection; page: AdminPage } | undefined {
	for (const section of SECTIONS) {
		const page = section.pages.find(({ href }) => path === href || path.startsWith(`${href}/`));
		if (page) return { section, page };
	}
	return undefined;
}
