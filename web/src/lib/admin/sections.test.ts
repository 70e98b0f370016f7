import { describe, expect, it } from 'vitest';
import { SECTIONS, placeOf } from './sections';

describe('placeOf', () => {
	it('finds every page and what lies below it', () => {
		for (const page of SECTIONS.flatMap((section) => section.pages)) {
			expect(placeOf(page.href)?.page).toBe(page);
			expect(placeOf(`${page.href}/some-id`)?.page).toBe(page);
		}
	});

	it('does not take one name for another that begins like it', () => {
		expect(placeOf('/admin/settings/allways')).toBeUndefined();
		expect(placeOf('/admin')).toBeUndefined();
	});
});
