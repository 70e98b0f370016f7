import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { UserSettings } from '$lib/api/settings';
import { Settings } from './settings.svelte';

/** Stands for the server: it keeps whatever object comes last. */
const server = vi.hoisted(() => ({ kept: {} as Record<string, unknown>, refuses: false }));

vi.mock('$lib/api/settings', () => ({
	userSettings: () => Promise.resolve(structuredClone(server.kept)),
	saveUserSettings: (body: UserSettings) => {
		if (server.refuses) return Promise.reject(new Error('refused'));
		server.kept = structuredClone(body);
		return Promise.resolve(body);
	}
}));

beforeEach(() => {
	server.kept = { tools: { valves: { a: 1 } }, ui: { system: 'Be brief.' } };
	server.refuses = false;
});

async function opened() {
	const settings = new Settings();
	await settings.load();
	return settings;
}

describe('settings of a person', () => {
	it('do not undo what another tab has changed', async () => {
		const [one, two] = [await opened(), await opened()];
		await one.set({ widescreenMode: true });
		await two.set({ ctrlEnterToSend: true });
		expect(server.kept).toEqual({
			tools: { valves: { a: 1 } },
			ui: { system: 'Be brief.', widescreenMode: true, ctrlEnterToSend: true }
		});
		expect(two.ui.widescreenMode).toBe(true);
	});

	it('are saved one after the other, and shown at once', async () => {
		const settings = await opened();
		const saves = [
			settings.set({ system: 'one' }),
			settings.set({ system: 'two', autoTags: false })
		];
		expect(settings.ui).toEqual({ system: 'two', autoTags: false });
		await Promise.all(saves);
		expect(settings.ui).toEqual({ system: 'two', autoTags: false });
		expect(server.kept.ui).toEqual(settings.ui);
	});

	it('change back when the server refuses, and only then', async () => {
		const settings = await opened();
		server.refuses = true;
		await expect(settings.set({ system: 'other', autoTags: false })).rejects.toThrow('refused');
		expect(settings.ui).toEqual({ system: 'Be brief.' });
		server.refuses = false;
		await settings.set({ autoTags: false });
		expect(settings.ui).toEqual({ system: 'Be brief.', autoTags: false });
	});
});
