/** Keeps a scrolling box at its end while content grows, until the person scrolls away. */
const NEAR_PX = 48;

export class StickToBottom {
	/** False while the person reads further up. */
	following = $state(true);
	#box: HTMLElement | undefined;
	#lastTop = 0;

	attach = (box: HTMLElement) => {
		this.#box = box;
		const content = box.firstElementChild;
		const observer = new ResizeObserver(() => this.#follow());
		observer.observe(box);
		if (content) observer.observe(content);
		box.addEventListener('scroll', this.#onScroll, { passive: true });
		return () => {
			observer.disconnect();
			box.removeEventListener('scroll', this.#onScroll);
			this.#box = undefined;
		};
	};

	#onScroll = () => {
		const box = this.#box;
		if (!box) return;
		const distance = box.scrollHeight - box.clientHeight - box.scrollTop;
		// Growth never moves scrollTop up, only a person does.
		if (box.scrollTop < this.#lastTop && distance > 1) this.following = false;
		else if (distance < NEAR_PX) this.following = true;
		this.#lastTop = box.scrollTop;
	};

	#follow() {
		if (this.following) this.#jump();
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
		this.#jump();
	}
}
