import { afterEach, expect, it } from 'vitest';
import { useLocale } from './index.svelte';
import { byteSize } from './numbers';

afterEach(() => useLocale('en-US'));

const SIZES = [0, 1, 999, 1234, 12_345_678, 123_456_789, 4_700_000_000];

it.each([
	['en-US', ['0 bytes', '1 byte', '999 bytes', '1.2 kB', '12.3 MB', '123 MB', '4.7 GB']],
	['de-DE', ['0 Byte', '1 Byte', '999 Byte', '1,2 kB', '12,3 MB', '123 MB', '4,7 GB']],
	['fr-FR', ['0 octet', '1 octet', '999 octets', '1,2 ko', '12,3 Mo', '123 Mo', '4,7 Go']]
])('writes sizes as people do in %s', async (locale, expected) => {
	await useLocale(locale);
	expect(SIZES.map((size) => byteSize(size).replace(/\s/g, ' '))).toEqual(expected);
});
