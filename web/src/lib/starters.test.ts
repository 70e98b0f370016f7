import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import german from './i18n/de-DE.json';
import english from './i18n/en-US.json';
import { useArea, useLocale } from './i18n/index.svelte';
import { inOwnLanguage } from './starters';

const server = readFileSync(join(__dirname, '../../../crates/config/src/prompts.rs'), 'utf8');
const weekend = {
	title: [english['starters.weekend'], english['starters.weekendMore']] as [string, string],
	content: english['starters.weekendText']
};

describe('suggestions that the server brings along', () => {
	beforeEach(async () => {
		await useArea('starters');
		await useLocale('de-DE');
	});

	it('are the words of the server', () => {
		const words = Object.entries(english).filter(([key]) => key.startsWith('starters.'));
		expect(words).toHaveLength(18);
		for (const [key, text] of words) expect(server, key).toContain(JSON.stringify(text));
	});

	it('are shown and sent in the language of the reader', () => {
		expect(inOwnLanguage(weekend)).toEqual({
			title: [german['starters.weekend'], german['starters.weekendMore']],
			content: german['starters.weekendText']
		});
	});

	it('stay as they are when somebody has changed them', () => {
		for (const changed of [
			{ ...weekend, content: 'Plan it.' },
			{ ...weekend, title: ['Plan a weekend', 'by the sea'] as [string, string] }
		])
			expect(inOwnLanguage(changed)).toBe(changed);
	});
});
