/** Several chats chosen at once. */
import { SvelteSet } from 'svelte/reactivity';

const ids = new SvelteSet<string>();
let active = $state(false);
let last: string | undefined;

export const selection = {
	get active() {
		return active;
	},
	get ids() {
		return ids;
	},
	begin(id?: string) {
		active = true;
		if (id) this.toggle(id);
	},
	toggle(id: string) {
		if (!ids.delete(id)) ids.add(id);
		last = id;
	},
	/** From the one touched last to this one, in the order given. */
	extend(id: string, order: string[]) {
		const [from, to] = [order.indexOf(last ?? id), order.indexOf(id)].sort((a, b) => a - b);
		if (from === undefined || to === undefined || from < 0) return this.toggle(id);
		for (const one of order.slice(from, to + 1)) ids.add(one);
		last = id;
	},
	end() {
		active = false;
		ids.clear();
		last = undefined;
	}
};
