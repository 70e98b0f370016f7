/** Sorts the chats of the sidebar under headings of time. */
export type PeriodKey =
	| { kind: 'today' | 'yesterday' | 'week' | 'month' }
	| { kind: 'named'; year: number; month: number | null };

export interface Group<T> {
	id: string;
	period: PeriodKey;
	items: T[];
}

const DAY = 86_400_000;

export function periodOf(unixSeconds: number, now: Date): PeriodKey {
	const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
	const then = unixSeconds * 1000;
	// Rounding absorbs the hour that a change of the clocks adds or takes.
	if (then >= midnight) return { kind: 'today' };
	const days = Math.ceil((midnight - then) / DAY - 1 / 24);
	if (days <= 1) return { kind: 'yesterday' };
	if (days <= 7) return { kind: 'week' };
	if (days <= 30) return { kind: 'month' };
	const date = new Date(then);
	const sameYear = date.getFullYear() === now.getFullYear();
	return { kind: 'named', year: date.getFullYear(), month: sameYear ? date.getMonth() : null };
}

/** Expects the newest first. */
export function groupByPeriod<T extends { updated_at: number }>(
	chats: T[],
	now = new Date()
): Group<T>[] {
	const groups: Group<T>[] = [];
	for (const chat of chats) {
		const period = periodOf(chat.updated_at, now);
		const id = period.kind === 'named' ? `${period.year}-${period.month ?? ''}` : period.kind;
		const group = groups.find((g) => g.id === id);
		if (group) group.items.push(chat);
		else groups.push({ id, period, items: [chat] });
	}
	return groups;
}
