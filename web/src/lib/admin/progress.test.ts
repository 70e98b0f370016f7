import { expect, it } from 'vitest';
import { BEGINNING, after } from './progress';

it('follows a model on its way', () => {
	let at = after(BEGINNING, { status: 'pulling manifest' });
	expect(at).toEqual({ status: 'pulling manifest', share: undefined, finished: false });
	at = after(at, { status: 'pulling 2d71', total: 200, completed: 50 });
	expect(at.share).toBe(0.25);
	at = after(at, { status: 'pulling 2d71', total: 200 });
	expect(at.share).toBe(0);
	expect(after(at, { status: 'success' })).toEqual({ status: 'success', share: 1, finished: true });
});

it('follows a file on its way', () => {
	const at = after(BEGINNING, { progress: 50, total: 10, completed: 5 });
	expect(at).toEqual({ status: '', share: 0.5, finished: false });
	expect(after(at, { done: true, blob: 'sha256:1', name: 'x.gguf' }).finished).toBe(true);
});

it('ends with what went wrong', () => {
	const at = after({ status: 'pulling manifest', finished: false }, { error: 'no such model' });
	expect(at).toEqual({ status: 'pulling manifest', error: 'no such model', finished: true });
});
