/** Lists in an order that people choose. */

/** The list with one entry moved to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
	const next = [...list];
	const [item] = next.splice(from, 1);
	if (item !== undefined) next.splice(to, 0, item);
	return next;
}

/** The list in the order of `ids`; what they do not name comes after, as it was. */
export function inOrder<T>(
	list: readonly T[],
	ids: readonly string[],
	idOf: (item: T) => string
): T[] {
	const places = new Map(ids.map((id, index) => [id, index]));
	const place = (item: T) => places.get(idOf(item)) ?? ids.length;
	return [...list].sort((a, b) => place(a) - place(b));
}
