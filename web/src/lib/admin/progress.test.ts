import { expect, it } from 'vitest';
import { BEGINNING, after, bytes } from './progress';

it('follows a model on its way', () => {
	let at = after(BEGINNING, { status: 'pulling manifest' });
	expect(at).toEqual({ status: 'pulling manifest', share: undefined, finished: false });
	at = after(at, { status: 'pulling 2d71', total: 200, completed: 50 });
	expect(at.share).toBe(0.25);
	at = after(at, { status: 'pulling 2d71', total: 200 });
	expect(at.share).toBe(0);
	expect(after(at, { status: 'success' })).toEqual({ status: 'success', share: 1, finished: true });
});

it('ends with what went wrong', () => {
	const at = after({ status: 'pulling manifest', finished: false }, { error: 'no such model' });
	expect(at).toEqual({ status: 'pulling manifest', error: 'no such model', finished: true });
});

it('names sizes', () => {
	expect([0, 999, 807_694_464, 4_700_000_000].map((size) => bytes(size, 'en-US'))).toEqual([
		'0 byte',
		'999 byte',
		'808 MB',
		'4.7 GB'
	]);
});
