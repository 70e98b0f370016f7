/** What is being searched for in the settings, for the rows that show or hide themselves. */
import { getContext, setContext } from 'svelte';

const KEY = Symbol('settings search');

export const provideSearch = (query: () => string) => setContext(KEY, query);

/** Whether something of these words is to be shown. Outside of a search everything is. */
export function searched(): (...words: (string | undefined)[]) => boolean {
	const query = getContext<(() => string) | undefined>(KEY);
	return (...words) => {
		const wanted = query?.().trim().toLowerCase();
		return !wanted || words.some((word) => word?.toLowerCase().includes(wanted));
	};
}
