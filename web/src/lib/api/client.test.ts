import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sessionEndedBy, token, whenSessionEnds } from './client';

const ended = vi.fn();
const answerOf = (status: number) => new Response(null, { status });

beforeEach(() => {
	token.set('t');
	ended.mockReset();
	whenSessionEnds(ended);
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the session of somebody who only lacks a permission', async () => {
	const ask = vi.fn(() => Promise.resolve(answerOf(200)));
	vi.stubGlobal('fetch', ask);
	sessionEndedBy(answerOf(401));
	sessionEndedBy(answerOf(401));
	await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(1));
	await new Promise((done) => setTimeout(done));
	expect(ended).not.toHaveBeenCalled();
});

it('ends the session that the server does not know', async () => {
	vi.stubGlobal('fetch', () => Promise.resolve(answerOf(401)));
	sessionEndedBy(answerOf(401));
	await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
});

it('does not end a session because the server is away, or for other refusals', async () => {
	const ask = vi.fn(() => Promise.reject(new TypeError('away')));
	vi.stubGlobal('fetch', ask);
	sessionEndedBy(answerOf(403));
	expect(ask).not.toHaveBeenCalled();
	sessionEndedBy(answerOf(401));
	await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(1));
	await new Promise((done) => setTimeout(done));
	expect(ended).not.toHaveBeenCalled();
});
