/** Finding the place of a moment in a list that can only be read by number, newest first. */

/** The time of the entry with this number, counted from the newest; undefined behind the oldest. */
export type TimeAt = (index: number) => Promise<number | undefined>;

/**
 * The number of the newest entry that is not younger than `time`; the count of all when all are younger. Looks at
 * about two entries for each doubling of the distance.
 */
export async function locate(time: number, timeAt: TimeAt): Promise<number> {
	const isOld = async (index: number) => {
		const found = await timeAt(index);
		return found === undefined || found <= time;
	};
	if (await isOld(0)) return 0;
	let young = 0;
	let old = 1;
	while (!(await isOld(old))) {
		young = old;
		old *= 2;
	}
	while (old - young > 1) {
		const middle = Math.floor((young + old) / 2);
		if (await isOld(middle)) old = middle;
		else young = middle;
	}
	return old;
}
