/** What people change about their own account. */
import { client, read } from './client';

export interface Profile {
	name: string;
	profile_image_url: string;
	bio?: string | null;
	gender?: string | null;
	/** `YYYY-MM-DD` */
	date_of_birth?: string | null;
}

export interface Status {
	status_emoji: string | null;
	status_message: string | null;
	/** Unix seconds. */
	status_expires_at: number | null;
}

export const updateProfile = (body: Profile) =>
	read<{ id: string; name: string; profile_image_url: string }>(
		client.POST('/api/v1/auths/update/profile', { body: body as never })
	);
export const updatePassword = (password: string, new_password: string) =>
	read<boolean>(client.POST('/api/v1/auths/update/password', { body: { password, new_password } }));
export const updateStatus = (body: Status) =>
	read<Status>(client.POST('/api/v1/users/user/status/update', { body: body as never }));

export const getApiKey = async () =>
	(await read<{ api_key: string }>(client.GET('/api/v1/auths/api_key'))).api_key;
export const newApiKey = async () =>
	(await read<{ api_key: string }>(client.POST('/api/v1/auths/api_key'))).api_key;
export const deleteApiKey = () => read<boolean>(client.DELETE('/api/v1/auths/api_key'));

export const versions = () =>
	read<{ version: string; transom?: string }>(client.GET('/api/version'));
export const newestVersion = () =>
	read<{ current: string; latest: string }>(client.GET('/api/version/updates'));

export interface Release {
	date: string;
	[part: string]: unknown;
}
export const releases = () => read<Record<string, Release>>(client.GET('/api/changelog'));
export const activeUsers = () => read<{ user_count: number }>(client.GET('/api/usage'));
