/** Who may use and who may change a thing, in the contract's form and as people edit it. */

interface Grant {
	group_ids?: string[];
	user_ids?: string[];
}

/** `null` is everybody, `{}` nobody but the owner. */
export type AccessControl = { read?: Grant; write?: Grant } | null;

export type Level = 'read' | 'write';

export interface AccessEntry {
	kind: 'group' | 'user';
	id: string;
	level: Level;
}

export const isPublic = (control: AccessControl | undefined): boolean => control == null;
export const isPrivate = (control: AccessControl | undefined): boolean =>
	control != null && entriesOf(control).length === 0;

/** Those who were given something: groups first, each once, with the most they may do. */
export function entriesOf(control: AccessControl | undefined): AccessEntry[] {
	const entries = new Map<string, AccessEntry>();
	const collect = (kind: AccessEntry['kind'], ids: unknown, level: Level) => {
		if (!Array.isArray(ids)) return;
		for (const id of ids)
			if (typeof id === 'string') entries.set(`${kind}:${id}`, { kind, id, level });
	};
	for (const level of ['read', 'write'] as const)
		collect('group', control?.[level]?.group_ids, level);
	for (const level of ['read', 'write'] as const)
		collect('user', control?.[level]?.user_ids, level);
	return [...entries.values()];
}

/** The contract's form. Changing a thing does not include using it there, so who may change it stands in both. */
export function controlOf(entries: AccessEntry[]): NonNullable<AccessControl> {
	if (!entries.length) return {};
	const ids = (kind: AccessEntry['kind'], levels: Level[]) =>
		entries.filter((e) => e.kind === kind && levels.includes(e.level)).map((e) => e.id);
	const grant = (levels: Level[]) => ({
		group_ids: ids('group', levels),
		user_ids: ids('user', levels)
	});
	return { read: grant(['read', 'write']), write: grant(['write']) };
}
