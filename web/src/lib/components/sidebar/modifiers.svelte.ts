/** Whether Shift is held: rows then show quick actions. */
let shift = $state(false);

export const modifiers = {
	get shift() {
		return shift;
	},
	/** Follows the keyboard. Gives the way to stop. */
	watch(): () => void {
		const follow = (event: KeyboardEvent) => (shift = event.shiftKey);
		const clear = () => (shift = false);
		addEventListener('keydown', follow);
		addEventListener('keyup', follow);
		addEventListener('blur', clear);
		return () => {
			removeEventListener('keydown', follow);
			removeEventListener('keyup', follow);
			removeEventListener('blur', clear);
		};
	}
};
