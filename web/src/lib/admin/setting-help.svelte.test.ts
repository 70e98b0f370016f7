import { expect, it } from 'vitest';
import { flushSync } from 'svelte';
import { LOCALES, useLocale } from '$lib/i18n/index.svelte';
import { helpOf, loadHelp } from './setting-help.svelte';

const setting = { name: 'ADMIN_EMAIL', help: 'Words of the server.' };

it('tells in the language of the reader what a setting does, and in English what has no text', async () => {
	await loadHelp('en-US');
	expect(helpOf(setting)).toBe(setting.help);
	await useLocale('zh-TW');
	expect(helpOf(setting)).toBe(setting.help);
	await loadHelp('zh-TW');
	expect(helpOf(setting)).toContain('管理員');
	expect(helpOf({ ...setting, name: 'NEWER_THAN_THE_PAGE' })).toBe(setting.help);
});

it('follows a change of the language', async () => {
	await useLocale('zh-TW');
	await Promise.all(Object.keys(LOCALES).map(loadHelp));
	const seen: string[] = [];
	const stop = $effect.root(() => {
		$effect(() => void seen.push(helpOf(setting)));
	});
	flushSync();
	await useLocale('en-US');
	flushSync();
	await useLocale('zh-CN');
	flushSync();
	stop();
	expect(seen[1]).toBe(setting.help);
	expect(seen[2]).toContain('管理员');
});
