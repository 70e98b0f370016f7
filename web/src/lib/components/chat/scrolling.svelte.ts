/**
 * The scrolling of the message list: which rows are shown, staying at the end while an answer grows, and
 * keeping what is read in place when something above it changes its height.
 */
import { flushSync } from 'svelte';
import { Offsets, windowOf } from '$lib/chat/offsets';

const NEAR_PX = 48;
const MARGIN_PX = 900;
/** A selection must not be torn apart by scrolling, within reason. */
const MAX_SELECTED_ROWS = 300;
/** How long a jump is corrected while rows find their height. */
const SETTLE_MS = 1200;

const EYE_MS = 1600;

/** Draws the eye to what was jumped to. */
export const drawEye = (element: Element | null | undefined) =>
	element?.animate?.(
		[{ backgroundColor: 'var(--accent-soft)' }, { backgroundColor: 'transparent' }],
		{ duration: EYE_MS }
	);

export class Scrolling {
	/** False while the person reads further up. */
	following = $state(true);
	start = $state(0);
	end = $state(0);
	/** The height of what is not shown above and below. */
	above = $state(0);
	below = $state(0);

	/** The list goes on below what is here: its end is nothing to stay at. */
	unfinished = false;

	readonly #offsets = new Offsets();
	#estimate: (index: number) => number = () => 0;
	#box: HTMLElement | undefined;
	#lastTop = 0;
	#width = 0;
	#rows = new Map<Element, string>();
	/** A row in sight, where it was, and how far the box was scrolled then. */
	#anchor: { key: string; top: number; scroll: number } | undefined;
	/** Browsers that keep the reader's place themselves do it better, unless rows come and go at the top. */
	readonly #native: boolean;
	readonly #observer = new ResizeObserver((entries) => this.#measured(entries));

	/**
	 * @param whole all rows are shown, and the box has `overflow-anchor: none`: for lists that are short, and grow
	 * at the top
	 */
	constructor(private readonly whole = false) {
		this.#native = !whole && CSS.supports('overflow-anchor', 'auto');
	}

	setRows(keys: string[], estimate: (index: number) => number) {
		this.#estimate = estimate;
		this.#offsets.setRows(keys, estimate);
		this.#update();
	}

	attach = (box: HTMLElement) => {
		this.#box = box;
		const content = box.firstElementChild;
		this.#observer.observe(box);
		if (content) this.#observer.observe(content);
		box.addEventListener('scroll', this.#onScroll, { passive: true });
		this.#update();
		return () => {
			this.#observer.disconnect();
			box.removeEventListener('scroll', this.#onScroll);
			this.#box = undefined;
		};
	};

	/** Watches the height of one row. */
	row = (key: string) => (element: Element) => {
		this.#rows.set(element, key);
		this.#observer.observe(element);
		return () => {
			this.#observer.unobserve(element);
			this.#rows.delete(element);
		};
	};

	#onScroll = () => {
		const box = this.#box;
		if (!box) return;
		const distance = box.scrollHeight - box.clientHeight - box.scrollTop;
		// Growth never moves scrollTop up, only a person does.
		if (box.scrollTop < this.#lastTop && distance > 1) this.following = false;
		else if (distance < NEAR_PX && !this.unfinished) this.following = true;
		this.#lastTop = box.scrollTop;
		// Rows may have changed since the last frame; where things are is noted before others come and go.
		if (!this.#native && !this.following) this.#keepAnchor();
		this.#noteAnchor();
		this.#update();
	};

	#measured(entries: ResizeObserverEntry[]) {
		const box = this.#box;
		if (!box) return;
		let changed = false;
		for (const { target, borderBoxSize } of entries) {
			const key = this.#rows.get(target);
			const height = borderBoxSize[0]?.blockSize ?? target.getBoundingClientRect().height;
			if (key !== undefined) changed = this.#offsets.measure(key, height) || changed;
		}
		if (box.clientWidth !== this.#width) {
			// Every estimate and measure was for another width; rows in sight are measured again at once.
			if (this.#width) this.#offsets.forget(this.#estimate);
			this.#width = box.clientWidth;
			for (const [element, key] of this.#rows)
				this.#offsets.measure(key, element.getBoundingClientRect().height);
			changed = true;
		}
		// Before this frame is painted, so that nobody sees it in between.
		if (changed) flushSync(() => this.#update());
		if (this.following) this.#jump();
		else if (!this.#native) this.#keepAnchor();
	}

	#update() {
		if (this.whole) {
			[this.start, this.end] = [0, this.#offsets.count];
			return;
		}
		const box = this.#box;
		const height = box?.clientHeight || innerHeight;
		const { total } = this.#offsets;
		const top = this.following ? Math.max(0, total - height) : (box?.scrollTop ?? 0);
		let { start, end } = windowOf(this.#offsets, top, height, MARGIN_PX);
		if (box && this.#selects(box)) {
			const [from, to] = [Math.min(start, this.start), Math.max(end, this.end)];
			if (to - from < MAX_SELECTED_ROWS) [start, end] = [from, Math.min(to, this.#offsets.count)];
		}
		this.start = start;
		this.end = end;
		this.above = this.#offsets.start(start);
		this.below = total - this.#offsets.start(end);
	}

	#selects(box: HTMLElement): boolean {
		const selection = getSelection();
		return !!selection && !selection.isCollapsed && box.contains(selection.anchorNode);
	}

	#jump() {
		const box = this.#box;
		if (!box) return;
		box.scrollTop = box.scrollHeight;
		this.#lastTop = box.scrollTop;
	}

	/** Goes to the end and stays there again. */
	toEnd() {
		this.following = true;
		this.#update();
		this.#jump();
	}

	toStart() {
		this.following = false;
		if (this.#box) this.#box.scrollTop = 0;
	}

	/** Brings a row to the top, and keeps it there until the rows around it have their heights. */
	async reveal(key: string): Promise<HTMLElement | undefined> {
		const box = this.#box;
		const index = this.#offsets.indexOf(key);
		if (!box || index < 0) return undefined;
		this.following = false;
		box.scrollTop = this.#offsets.start(index);
		const until = performance.now() + SETTLE_MS;
		let element: HTMLElement | undefined;
		for (let still = 0; still < 4 && performance.now() < until;) {
			flushSync(() => this.#update());
			await new Promise(requestAnimationFrame);
			element = this.#elementOf(key);
			const off = element ? this.#topOf(element) : this.#offsets.start(index) - box.scrollTop;
			const before = box.scrollTop;
			if (Math.abs(off) > 1) box.scrollTop += off;
			still = Math.abs(box.scrollTop - before) > 1 ? 0 : still + 1;
		}
		this.#lastTop = box.scrollTop;
		return element;
	}

	/** Goes to a row unless its beginning is in sight. */
	async bringIntoSight(key: string): Promise<void> {
		const element = this.#elementOf(key);
		const top = element && this.#box ? this.#topOf(element) : -1;
		if (top >= 0 && top < this.#box!.clientHeight / 2) return;
		await this.reveal(key);
	}

	/** Follows again if the end happens to be in sight. */
	notice() {
		const box = this.#box;
		if (box && box.scrollHeight - box.clientHeight - box.scrollTop < NEAR_PX) this.following = true;
	}

	#elementOf(key: string): HTMLElement | undefined {
		for (const [element, k] of this.#rows) if (k === key) return element as HTMLElement;
		return undefined;
	}

	#topOf = (element: Element): number =>
		element.getBoundingClientRect().top - this.#box!.getBoundingClientRect().top;

	// -- For browsers without scroll anchoring

	/** The first row that begins in sight, and where; else the one that fills the view. */
	#noteAnchor() {
		const box = this.#box;
		if (this.#native || !box) return;
		let best: { key: string; top: number } | undefined;
		for (const [element, key] of this.#rows) {
			const { top: absolute, height } = element.getBoundingClientRect();
			const top = absolute - box.getBoundingClientRect().top;
			if (top + height <= 0 || top >= box.clientHeight) continue;
			// One that began above may still grow, and would push what is read.
			const better = !best || (best.top < 0 ? top > best.top : top >= 0 && top < best.top);
			if (better) best = { key, top };
		}
		this.#anchor = best && { ...best, scroll: box.scrollTop };
	}

	#keepAnchor() {
		const [anchor, box] = [this.#anchor, this.#box];
		const element = anchor && this.#elementOf(anchor.key);
		if (!element || !box) return;
		// The person may have scrolled since; only what moved by itself is taken back.
		const expected = anchor.top + anchor.scroll - box.scrollTop;
		const off = this.#topOf(element) - expected;
		if (Math.abs(off) < 1) return;
		box.scrollTop += off;
		this.#lastTop = box.scrollTop;
		this.#noteAnchor();
	}
}
