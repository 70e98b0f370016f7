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
const midnight = (date: Date): number =>
	new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function periodOf(unixSeconds: number, now: Date): PeriodKey {
	const date = new Date(unixSeconds * 1000);
	// Whole days between two midnights; rounding absorbs the hour a change of the clocks makes.
	const days = Math.round((midnight(now) - midnight(date)) / DAY);
	if (days <= 0) return { kind: 'today' };
	if (days <= 1) return { kind: 'yesterday' };
	if (days <= 7) return { kind: 'week' };
	if (days <= 30) return { kind: 'month' };
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
