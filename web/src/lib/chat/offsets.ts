/**
 * Where each row of a long list begins. Rows that were on screen have a measured height, the others an
 * estimated one. A change of the last row costs the same in a list of five rows and of five thousand.
 */
export class Offsets {
	#keys: string[] = [];
	#index = new Map<string, number>();
	#measured = new Map<string, number>();
	#heights: number[] = [];
	#starts: number[] = [0];
	/** Starts up to (and with) this index are right. */
	#valid = 0;

	get count(): number {
		return this.#keys.length;
	}

	/** The rows, in order. `estimate` is asked for those that were never measured. */
	setRows(keys: string[], estimate: (index: number) => number) {
		let first = 0;
		while (first < keys.length && keys[first] === this.#keys[first]) first += 1;
		for (const gone of this.#keys.slice(first)) this.#index.delete(gone);
		this.#keys = keys;
		this.#heights.length = first;
		for (let i = first; i < keys.length; i++) {
			this.#index.set(keys[i]!, i);
			this.#heights.push(this.#measured.get(keys[i]!) ?? estimate(i));
		}
		this.#starts.length = keys.length + 1;
		this.#valid = Math.min(this.#valid, first);
	}

	indexOf = (key: string): number => this.#index.get(key) ?? -1;
	isMeasured = (index: number): boolean => this.#measured.has(this.#keys[index] ?? '');

	/** True when the height is news. */
	measure(key: string, height: number): boolean {
		const index = this.#index.get(key);
		this.#measured.set(key, height);
		if (index === undefined || this.#heights[index] === height) return false;
		this.#heights[index] = height;
		this.#valid = Math.min(this.#valid, index);
		return true;
	}

	/** All measured heights are void: the width has changed. */
	forget(estimate: (index: number) => number) {
		this.#measured.clear();
		this.#heights = this.#keys.map((_, i) => estimate(i));
		this.#valid = 0;
	}

	/** Where a row begins; the end of the list for the index after the last. */
	start(index: number): number {
		const wanted = Math.max(0, Math.min(index, this.#keys.length));
		for (let i = this.#valid; i < wanted; i++) {
			this.#starts[i + 1] = this.#starts[i]! + this.#heights[i]!;
		}
		this.#valid = Math.max(this.#valid, wanted);
		return this.#starts[wanted]!;
	}

	get total(): number {
		return this.start(this.#keys.length);
	}

	/** The row at a place; the first or last when it is outside. */
	at(offset: number): number {
		let low = 0;
		let high = this.#keys.length - 1;
		if (high < 0) return 0;
		void this.total;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#starts[middle]! <= offset) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}

/** Chats that are no longer than this are shown whole: searching and selecting on the page then work as usual. */
const SHOWN_WHOLE = 40;

/** Which rows to show: those in sight, and a margin around them. `end` is exclusive. */
export function windowOf(offsets: Offsets, top: number, height: number, margin: number) {
	const { count } = offsets;
	if (count <= SHOWN_WHOLE) return { start: 0, end: count };
	return {
		start: offsets.at(top - margin),
		end: Math.min(count, offsets.at(top + height + margin) + 1)
	};
}
