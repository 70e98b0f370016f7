/** Dragging chats and folders about the sidebar, and files into it. */

export type Dragged = { kind: 'chats'; ids: string[] } | { kind: 'folder'; id: string };

/** While something of ours is being dragged. Pages cannot look into a drag before it ends. */
let current = $state<Dragged | null>(null);

const TYPE = 'application/x-transom';

export const drag = {
	get current() {
		return current;
	},
	start(event: DragEvent, what: Dragged, label: string) {
		current = what;
		event.dataTransfer?.setData(TYPE, JSON.stringify(what));
		event.dataTransfer?.setData('text/plain', label);
		if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
	},
	end() {
		current = null;
	}
};

interface Zone {
	accepts: (what: Dragged) => boolean;
	onDrop: (what: Dragged) => void;
	/** Files are taken too. */
	onFiles?: (files: File[]) => void;
	/** Called when something rests over the zone for a while. */
	onRest?: () => void;
}

const REST_MS = 700;

/** Makes an element take drops. It carries `data-drop` while something acceptable is over it. */
export const dropZone = (zone: Zone) => (node: HTMLElement) => {
	let depth = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;

	const takes = (event: DragEvent) =>
		current
			? zone.accepts(current)
			: !!zone.onFiles && !!event.dataTransfer?.types.includes('Files');

	function leave() {
		depth = 0;
		clearTimeout(timer);
		delete node.dataset.drop;
	}
	function onEnter(event: DragEvent) {
		if (!takes(event)) return;
		event.stopPropagation();
		event.preventDefault();
		depth += 1;
		node.dataset.drop = '';
		clearTimeout(timer);
		if (zone.onRest) timer = setTimeout(zone.onRest, REST_MS);
	}
	function onOver(event: DragEvent) {
		if (!takes(event)) return;
		event.stopPropagation();
		event.preventDefault();
	}
	function onLeave() {
		if (depth > 0) depth -= 1;
		if (depth === 0) leave();
	}
	function onDrop(event: DragEvent) {
		if (!takes(event)) return;
		event.stopPropagation();
		event.preventDefault();
		leave();
		if (current) zone.onDrop(current);
		else zone.onFiles?.([...(event.dataTransfer?.files ?? [])]);
		drag.end();
	}

	node.addEventListener('dragenter', onEnter);
	node.addEventListener('dragover', onOver);
	node.addEventListener('dragleave', onLeave);
	node.addEventListener('drop', onDrop);
	return () => {
		leave();
		node.removeEventListener('dragenter', onEnter);
		node.removeEventListener('dragover', onOver);
		node.removeEventListener('dragleave', onLeave);
		node.removeEventListener('drop', onDrop);
	};
};
