/** Every setting of the server, for administrators. */
import { client, read } from './client';

/** Where a value comes from. What is saved wins over the environment, and both over the default. */
export type Source = 'default' | 'environment' | 'saved';

export interface Setting {
	/** The environment variable. */
	name: string;
	/** The key under which it is saved; null when it is fixed at start. */
	key: string | null;
	group: string;
	help: string;
	type: 'bool' | 'int' | 'float' | 'text' | 'url' | 'path' | 'duration' | 'list' | 'json';
	/** Whether null is a value too. */
	optional: boolean;
	/** The values that are possible; empty when any is. */
	allowed: string[];
	secret: boolean;
	source: Source;
	/** Null when it is secret. */
	value: unknown;
	/** Whether there is a value, also when it is secret. */
	set: boolean;
	default: unknown;
	/** Whether this version of the server acts on it. */
	served: boolean;
}

// These routes are the server's own and stand in no description of the contract.
const ALL = '/api/v1/transom/settings';
const one = (name: string) => `${ALL}/${encodeURIComponent(name)}`;

export const listSettings = async () =>
	(await read<{ settings: Setting[] }>(client.GET(ALL as never))).settings;

export const saveSetting = (name: string, value: unknown) =>
	read<Setting>(client.POST(one(name) as never, { body: { value } } as never));

export const resetSetting = (name: string) => read<Setting>(client.DELETE(one(name) as never));
