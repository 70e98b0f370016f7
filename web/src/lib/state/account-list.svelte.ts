/** The page of accounts an administrator looks at. The last request wins, whatever order the answers come in. */
import {
	changeAccount,
	deleteAccount,
	listAccounts,
	type Account,
	type AccountOrder,
	type Direction
} from '$lib/api/accounts';
import { explain } from './toasts.svelte';

export interface AccountView {
	query: string;
	order: AccountOrder;
	direction: Direction;
	page: number;
}

export const FIRST_VIEW: AccountView = {
	query: '',
	order: 'created_at',
	direction: 'desc',
	page: 1
};

export class AccountList {
	items = $state.raw<Account[]>([]);
	total = $state(0);
	loaded = $state(false);
	problem = $state('');
	#view: AccountView = FIRST_VIEW;
	#asked = 0;

	async load(view: AccountView = this.#view): Promise<void> {
		this.#view = view;
		const mine = ++this.#asked;
		try {
			const answer = await listAccounts({
				query: view.query.trim() || undefined,
				order_by: view.order,
				direction: view.direction,
				page: view.page
			});
			if (mine !== this.#asked) return;
			this.items = answer.users;
			this.total = answer.total;
			this.problem = '';
			this.loaded = true;
		} catch (error) {
			if (mine === this.#asked) this.problem = explain(error);
		}
	}

	/** Puts a changed account in its place. */
	put(account: Account) {
		this.items = this.items.map((item) =>
			item.id === account.id ? { ...item, ...account } : item
		);
	}

	async setRole(account: Account, role: string): Promise<void> {
		const changed = await changeAccount(account.id, {
			role,
			name: account.name,
			email: account.email,
			profile_image_url: account.profile_image_url
		});
		this.put({ ...changed, group_ids: account.group_ids });
	}

	async remove(account: Account): Promise<void> {
		await deleteAccount(account.id);
		await this.load();
	}
}
