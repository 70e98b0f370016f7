import { describe, expect, it } from 'vitest';
import { FORM_TABS, fieldOf, namesOf, tabOf } from './settings-tabs';

describe('the pages of settings', () => {
	const all = Object.values(FORM_TABS).flatMap((sections) =>
		sections.flatMap(({ fields }) => fields)
	);

	it('hold each setting once', () => {
		const names = all.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	});

	it('let a setting depend only on one of the same page', () => {
		for (const [tab, sections] of Object.entries(FORM_TABS)) {
			for (const { name, when } of sections.flatMap(({ fields }) => fields))
				if (when) expect(namesOf(tab), name).toContain(typeof when === 'string' ? when : when.name);
		}
	});

	it('are found by the name of a setting', () => {
		expect(tabOf('ENABLE_SIGNUP')).toBe('general');
		expect(fieldOf('ENABLE_SIGNUP')?.label).toBe('admin.set.signup');
		expect(tabOf('WEBUI_BANNERS')).toBe('interface');
		expect(fieldOf('WEBUI_BANNERS')).toBeUndefined();
		expect(tabOf('DATABASE_URL')).toBeUndefined();
		expect(namesOf('interface')).toContain('WEBUI_BANNERS');
	});
});
