/** Files dragged over an element. Things dragged within the page are none of its business. */
import { filesOf } from '$lib/chat/dropped';

export class DropZone {
	/** Files hang over it right now. */
	active = $state(false);
	/** Enter and leave events come for every element inside. */
	#depth = 0;

	constructor(readonly onFiles: (files: File[]) => void) {}

	attach = (zone: HTMLElement) => {
		const brings = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
		const onEnter = (event: DragEvent) => {
			if (!brings(event)) return;
			event.preventDefault();
			this.#depth += 1;
			this.active = true;
		};
		const onOver = (event: DragEvent) => {
			if (brings(event)) event.preventDefault();
		};
		const onLeave = (event: DragEvent) => {
			if (!brings(event)) return;
			this.#depth = Math.max(0, this.#depth - 1);
			this.active = this.#depth > 0;
		};
		const onDrop = async (event: DragEvent) => {
			if (!brings(event)) return;
			event.preventDefault();
			this.#depth = 0;
			this.active = false;
			this.onFiles(await filesOf(event.dataTransfer!));
		};
		const handlers = { dragenter: onEnter, dragover: onOver, dragleave: onLeave, drop: onDrop };
		for (const [type, handler] of Object.entries(handlers))
			zone.addEventListener(type, handler as EventListener);
		return () => {
			for (const [type, handler] of Object.entries(handlers))
				zone.removeEventListener(type, handler as EventListener);
		};
	};
}
