/** The list that belongs to a text: at which sign it is open, and which of its lines is marked. */
import { triggerAt, type Trigger, type TriggerKind } from '$lib/chat/triggers';

/** What a list understands of keys, see `SuggestList`. */
export interface Suggesting {
	onKey: (event: KeyboardEvent) => boolean;
}

export class SuggestBox {
	trigger = $state.raw<Trigger | undefined>();
	list = $state.raw<Suggesting | undefined>();
	active = $state<string | undefined>();
	/** The list of the sign at this place has been closed. */
	#dismissed = -1;

	constructor(
		readonly id: string,
		private readonly kinds: readonly TriggerKind[]
	) {}

	/** Opens where the caret stands behind a sign. */
	look({ value, selectionStart, selectionEnd }: HTMLTextAreaElement) {
		const found = selectionStart === selectionEnd ? triggerAt(value, selectionStart) : undefined;
		if (found?.from !== this.#dismissed) this.#dismissed = -1;
		const wanted = found && this.kinds.includes(found.kind) && found.from !== this.#dismissed;
		this.trigger = wanted ? found : undefined;
	}

	close() {
		this.trigger = undefined;
	}

	/** True when the key was for the list. */
	onKey(event: KeyboardEvent): boolean {
		if (!this.trigger || !this.list) return false;
		if (event.key !== 'Escape') return this.list.onKey(event);
		this.#dismissed = this.trigger.from;
		this.close();
		event.stopPropagation();
		return true;
	}
}
