import { expect, it } from 'vitest';
import { settingsHash, tabOfHash } from './tabs';

it('addresses name a part of the settings', () => {
	expect(tabOfHash(settingsHash('account'))).toBe('account');
	expect(tabOfHash('#settings')).toBe('general');
	expect(tabOfHash('#settings/gone')).toBe('general');
	expect(tabOfHash('')).toBeUndefined();
	expect(tabOfHash('#settingsX')).toBeUndefined();
});
