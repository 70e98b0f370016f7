/**
 * Lets the entries of a list be moved: dragged by what carries `data-handle`, or with the arrow keys on it. Works with
 * a mouse, a pen and a finger alike. `move` reorders at once, `end` is called when the entry has come to rest.
 */
import type { Attachment } from 'svelte/attachments';

interface Options {
	move: (from: number, to: number) => void;
	end: () => void;
}

export function dragList({ move, end }: Options): Attachment<HTMLElement> {
	return (list) => {
		let from = -1;
		let moved = false;

		const entryOf = (target: EventTarget | null) => {
			const handle = target instanceof Element ? target.closest('[data-handle]') : null;
			const entry = handle && [...list.children].find((child) => child.contains(handle));
			return entry ? [...list.children].indexOf(entry) : -1;
		};

		/** The place under the pointer: the first entry whose middle lies below it. */
		function placeAt(y: number): number {
			const middles = [...list.children].map((child) => {
				const box = child.getBoundingClientRect();
				return box.top + box.height / 2;
			});
			const before = middles.filter((middle, index) => index !== from && middle < y).length;
			return Math.min(before, middles.length - 1);
		}

		function onDown(event: PointerEvent) {
			if (event.button !== 0) return;
			from = entryOf(event.target);
			if (from < 0) return;
			moved = false;
			window.addEventListener('pointermove', onMove);
			window.addEventListener('pointerup', onUp);
			window.addEventListener('pointercancel', onUp);
		}

		function onMove(event: PointerEvent) {
			const to = placeAt(event.clientY);
			if (to === from) return;
			event.preventDefault();
			move(from, to);
			from = to;
			moved = true;
			list.children[to]?.scrollIntoView({ block: 'nearest' });
		}

		function onUp() {
			window.removeEventListener('pointermove', onMove);
			window.removeEventListener('pointerup', onUp);
			window.removeEventListener('pointercancel', onUp);
			from = -1;
			if (moved) end();
		}

		function onKey(event: KeyboardEvent) {
			const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
			const at = step ? entryOf(event.target) : -1;
			const to = at + step;
			if (at < 0 || to < 0 || to >= list.children.length) return;
			event.preventDefault();
			move(at, to);
			end();
			// The handle moved along in the document, and with that lost the focus.
			requestAnimationFrame(() =>
				list.children[to]?.querySelector<HTMLElement>('[data-handle]')?.focus()
			);
		}

		list.addEventListener('pointerdown', onDown);
		list.addEventListener('keydown', onKey);
		return () => {
			onUp();
			list.removeEventListener('pointerdown', onDown);
			list.removeEventListener('keydown', onKey);
		};
	};
}
