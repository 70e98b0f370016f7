import { afterEach, expect, it, vi } from 'vitest';
import { newId } from './id';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

afterEach(() => vi.unstubAllGlobals());

it('gives ids with and without the help of a secure page', () => {
	expect(newId()).toMatch(FORM);
	const getRandomValues = crypto.getRandomValues.bind(crypto);
	vi.stubGlobal('crypto', { getRandomValues });
	expect(newId()).toMatch(FORM);
	expect(newId()).not.toBe(newId());
});
