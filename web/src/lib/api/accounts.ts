/** Accounts and groups, as administrators manage them. */
import { client, read } from './client';
import type { components } from './schema';

export type Account = components['schemas']['UserGroupIdsModel'];
export type AccountBrief = components['schemas']['UserInfoResponse'];
export type Group = components['schemas']['GroupResponse'];
export type NewAccount = components['schemas']['AddUserForm'];
export type AccountChange = components['schemas']['UserUpdateForm'];
export type GroupForm = components['schemas']['GroupForm'];
export type AccountOrder = 'role' | 'name' | 'email' | 'last_active_at' | 'created_at';
export type Direction = 'asc' | 'desc';

/** How many entries a page of a list holds. */
export const PAGE_SIZE = 30;

export interface AccountQuery {
	query?: string;
	order_by?: AccountOrder;
	direction?: Direction;
	page?: number;
}

export const listAccounts = (query: AccountQuery) =>
	read<{ users: Account[]; total: number }>(client.GET('/api/v1/users/', { params: { query } }));

/** Every account in brief, for choosing. */
export const allAccounts = async () =>
	(await read<{ users: AccountBrief[] }>(client.GET('/api/v1/users/all'))).users;

/** The first page of the accounts whose name or address matches. */
export const searchAccounts = async (query: string) =>
	(
		await read<{ users: AccountBrief[] }>(
			client.GET('/api/v1/users/search', { params: { query: { query } } })
		)
	).users;

export const addAccount = (body: NewAccount) =>
	read<{ id: string }>(client.POST('/api/v1/auths/add', { body }));

export const changeAccount = (user_id: string, body: AccountChange) =>
	read<Account>(
		client.POST('/api/v1/users/{user_id}/update', { params: { path: { user_id } }, body })
	);

export const deleteAccount = (user_id: string) =>
	read<boolean>(client.DELETE('/api/v1/users/{user_id}', { params: { path: { user_id } } }));

/** A page of somebody else's chats, where the server lets administrators see them. */
export const chatsOfAccount = (
	user_id: string,
	query: { page: number; query?: string; order_by?: string; direction?: Direction }
) =>
	read<components['schemas']['ChatTitleIdResponse'][]>(
		client.GET('/api/v1/chats/list/user/{user_id}', { params: { path: { user_id }, query } })
	);

export const defaultPermissions = () =>
	read<unknown>(client.GET('/api/v1/users/default/permissions'));

/** Keys that the description does not name are kept by the server too. */
export const saveDefaultPermissions = (tree: Record<string, Record<string, boolean>>) =>
	read<unknown>(client.POST('/api/v1/users/default/permissions', { body: tree as never }));

export const listGroups = () => read<Group[]>(client.GET('/api/v1/groups/', {}));

export const createGroup = (body: GroupForm) =>
	read<Group>(client.POST('/api/v1/groups/create', { body }));

export const getGroup = (id: string) =>
	read<Group>(client.GET('/api/v1/groups/id/{id}', { params: { path: { id } } }));

export const exportGroup = (id: string) =>
	read<Group & { user_ids: string[] }>(
		client.GET('/api/v1/groups/id/{id}/export', { params: { path: { id } } })
	);

export const changeGroup = (id: string, body: GroupForm) =>
	read<Group>(client.POST('/api/v1/groups/id/{id}/update', { params: { path: { id } }, body }));

export const deleteGroup = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/groups/id/{id}/delete', { params: { path: { id } } }));

export const membersOfGroup = (id: string) =>
	read<AccountBrief[]>(client.POST('/api/v1/groups/id/{id}/users', { params: { path: { id } } }));

export const addToGroup = (id: string, user_ids: string[]) =>
	read<Group>(
		client.POST('/api/v1/groups/id/{id}/users/add', {
			params: { path: { id } },
			body: { user_ids }
		})
	);

export const removeFromGroup = (id: string, user_ids: string[]) =>
	read<Group>(
		client.POST('/api/v1/groups/id/{id}/users/remove', {
			params: { path: { id } },
			body: { user_ids }
		})
	);

/** How an account is called, for everybody who may see it. */
export const nameOfAccount = async (user_id: string) =>
	(
		await read<{ name: string }>(
			client.GET('/api/v1/users/{user_id}', { params: { path: { user_id } } })
		)
	).name;
