/**
 * Lets the keyboard scroll what scrolls: a box that is too small for what it holds is a stop of the tab key, unless
 * something within is one.
 */
const STOPS = 'a[href], button, input, select, textarea, summary, [tabindex]';

export function scrollable(box: HTMLElement) {
	function look() {
		const scrolls = box.scrollHeight > box.clientHeight + 1;
		if (scrolls && !box.querySelector(STOPS)) box.tabIndex = 0;
		else box.removeAttribute('tabindex');
	}
	const sizes = new ResizeObserver(look);
	const content = new MutationObserver(look);
	sizes.observe(box);
	content.observe(box, { childList: true, subtree: true });
	look();
	return () => {
		sizes.disconnect();
		content.disconnect();
	};
}
