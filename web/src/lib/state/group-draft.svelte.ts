/** A group as the administrator edits it: what is saved, what is changed, and its members. */
import {
	addToGroup,
	changeGroup,
	defaultPermissions,
	getGroup,
	membersOfGroup,
	removeFromGroup,
	type AccountBrief,
	type Group
} from '$lib/api/accounts';
import { treeOf, type PermissionTree } from '$lib/admin/permissions';

interface Fields {
	name: string;
	description: string;
	/** Whether people may share their things with the group. */
	shareable: boolean;
	permissions: PermissionTree;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function fieldsOf(group: Group): Fields {
	const config = (group.data as { config?: { share?: boolean } } | null)?.config;
	return {
		name: group.name,
		description: group.description,
		shareable: config?.share !== false,
		permissions: treeOf(group.permissions)
	};
}

export class GroupDraft {
	#saved: Group;
	fields = $state.raw<Fields>()!;
	members = $state.raw<AccountBrief[]>([]);
	everybody: PermissionTree;
	#before = $state.raw<Fields>()!;

	readonly changes = $derived(
		(Object.keys(this.fields) as (keyof Fields)[]).filter(
			(key) => !same(this.fields[key], this.#before[key])
		).length
	);

	constructor(group: Group, members: AccountBrief[], everybody: PermissionTree) {
		this.#saved = group;
		this.fields = this.#before = fieldsOf(group);
		this.members = members;
		this.everybody = everybody;
	}

	static async load(id: string): Promise<GroupDraft> {
		const [group, members, everybody] = await Promise.all([
			getGroup(id),
			membersOfGroup(id),
			defaultPermissions()
		]);
		return new GroupDraft(group, members, treeOf(everybody));
	}

	get id() {
		return this.#saved.id;
	}
	/** The name as it is saved. */
	get title() {
		return this.#before.name;
	}

	change(fields: Partial<Fields>) {
		this.fields = { ...this.fields, ...fields };
	}

	discard() {
		this.fields = this.#before;
	}

	async save(): Promise<void> {
		const { name, description, shareable, permissions } = this.fields;
		const data = this.#saved.data as { config?: Record<string, unknown> } | null;
		this.#saved = await changeGroup(this.id, {
			name: name.trim(),
			description: description.trim(),
			permissions,
			data: { ...data, config: { ...data?.config, share: shareable } }
		});
		this.fields = this.#before = fieldsOf(this.#saved);
	}

	async add(account: AccountBrief): Promise<void> {
		await addToGroup(this.id, [account.id]);
		this.members = [...this.members, account];
	}

	async remove(account: AccountBrief): Promise<void> {
		await removeFromGroup(this.id, [account.id]);
		this.members = this.members.filter(({ id }) => id !== account.id);
	}
}
