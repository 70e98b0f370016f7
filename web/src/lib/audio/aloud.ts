/** Reads pieces of text one after the other; the next one is fetched while one is heard. */

/** Something that can be played once. */
export interface Sound {
	/** True at the end, false when it was silenced before: by `signal`, or by the device. */
	play(signal: AbortSignal): Promise<boolean>;
}

export interface Voice {
	/** Makes the sound of a text. */
	fetch(text: string, signal: AbortSignal): Promise<Sound>;
}

/** @param onPlaying told when a piece is waited for (false), and when one is heard (true) */
export async function readAloud(
	pieces: string[],
	voice: Voice,
	signal: AbortSignal,
	onPlaying: (playing: boolean) => void
): Promise<void> {
	const fetched = (index: number) => {
		const text = pieces[index];
		const sound = text === undefined ? undefined : voice.fetch(text, signal);
		// A failure is told when its turn comes.
		sound?.catch(() => {});
		return sound;
	};
	let next = fetched(0);
	for (let index = 1; next; index++) {
		onPlaying(false);
		const sound = await next;
		if (signal.aborted) return;
		next = fetched(index);
		onPlaying(true);
		if (!(await sound.play(signal))) return;
	}
}
