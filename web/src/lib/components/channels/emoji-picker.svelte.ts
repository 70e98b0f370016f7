/** The emoji picker. One for the whole page; it opens beside whatever asks for it. */
import type { Emoji } from '$lib/channels/emoji';

interface Asked {
	beside: HTMLElement;
	onPick: (emoji: Emoji) => void;
}

class EmojiPicker {
	asked = $state.raw<Asked | null>(null);

	open(beside: HTMLElement, onPick: (emoji: Emoji) => void) {
		this.asked = { beside, onPick };
	}
	close() {
		this.asked = null;
	}
}

export const emojiPicker = new EmojiPicker();
