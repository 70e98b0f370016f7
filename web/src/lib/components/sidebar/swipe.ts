/** Swipes on touch screens that open and close the drawer. Distances are along the reading direction. */
import { towardsEnd } from '$lib/direction';

const FAR = 64;
const SLOW_MS = 600;

/** Whether a swipe here means something else: text being edited, something that scrolls sideways. */
function belongsElsewhere(target: EventTarget | null, edge: Element): boolean {
	for (let node = target as Element | null; node && node !== edge; node = node.parentElement) {
		if (
			node.matches('input, textarea, [contenteditable="true"], [role="slider"], [draggable="true"]')
		)
			return !node.matches('a');
		if (node.scrollWidth > node.clientWidth + 1) {
			const { overflowX } = getComputedStyle(node);
			if (overflowX === 'auto' || overflowX === 'scroll') return true;
		}
	}
	return false;
}

/** Calls when somebody swipes across the element away from the sidebar's edge. */
export const swipeOpens = (open: () => void) => (node: HTMLElement) => {
	let start: { x: number; y: number; at: number } | null = null;
	const onStart = (event: TouchEvent) => {
		const touch = event.touches[0]!;
		start =
			event.touches.length === 1 && !belongsElsewhere(event.target, node)
				? { x: touch.clientX, y: touch.clientY, at: event.timeStamp }
				: null;
	};
	const onEnd = (event: TouchEvent) => {
		const touch = event.changedTouches[0]!;
		if (!start || event.timeStamp - start.at > SLOW_MS) return;
		const dx = (touch.clientX - start.x) * towardsEnd();
		const dy = Math.abs(touch.clientY - start.y);
		if (dx > FAR && dx > 2 * dy && !getSelection()?.toString()) open();
	};
	node.addEventListener('touchstart', onStart, { passive: true });
	node.addEventListener('touchend', onEnd, { passive: true });
	return () => {
		node.removeEventListener('touchstart', onStart);
		node.removeEventListener('touchend', onEnd);
	};
};

/** Lets the element follow the finger back to its edge; calls when it has been pushed far enough. */
export const swipeCloses = (close: () => void) => (node: HTMLElement) => {
	let start: { x: number; y: number } | null = null;
	let moving = false;
	let dx = 0;
	const onStart = (event: TouchEvent) => {
		const touch = event.touches[0]!;
		start = event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY } : null;
		moving = false;
		dx = 0;
	};
	const onMove = (event: TouchEvent) => {
		if (!start) return;
		const touch = event.touches[0]!;
		dx = (touch.clientX - start.x) * towardsEnd();
		const dy = Math.abs(touch.clientY - start.y);
		if (!moving && dy > 12 && dy > -dx) start = null;
		else if (dx < -12) moving = true;
		if (moving) node.style.transform = `translateX(${Math.min(0, dx) * towardsEnd()}px)`;
	};
	const onEnd = () => {
		node.style.removeProperty('transform');
		if (moving && dx < -FAR) close();
		start = null;
	};
	node.addEventListener('touchstart', onStart, { passive: true });
	node.addEventListener('touchmove', onMove, { passive: true });
	node.addEventListener('touchend', onEnd, { passive: true });
	node.addEventListener('touchcancel', onEnd, { passive: true });
	return () => {
		node.removeEventListener('touchstart', onStart);
		node.removeEventListener('touchmove', onMove);
		node.removeEventListener('touchend', onEnd);
		node.removeEventListener('touchcancel', onEnd);
	};
};
