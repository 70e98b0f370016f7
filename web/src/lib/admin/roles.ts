/** Roles of accounts, by their names. */
import { t } from '$lib/i18n/index.svelte';
import { ROLES } from './user-import';

export function roleName(role: string): string {
	if (role === 'admin') return t('admin.role.admin');
	if (role === 'pending') return t('admin.role.pending');
	return t('admin.role.user');
}

export const roleChoices = () =>
	ROLES.map((role) => ({ value: role as string, label: roleName(role) }));
