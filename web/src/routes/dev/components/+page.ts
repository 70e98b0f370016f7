import { error } from '@sveltejs/kit';

/** The gallery is for those who work on the page; a production build does not hold it. */
export function load() {
	if (!import.meta.env.DEV) error(404);
}
