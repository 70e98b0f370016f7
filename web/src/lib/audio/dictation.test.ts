import { describe, expect, it, vi } from 'vitest';
import { Dictation } from './dictation.svelte';
import type { Ear, EarEvents } from './ear';

function begin(over: Partial<Ear> = {}) {
	const told: string[] = [];
	let events!: EarEvents;
	const ear: Ear = {
		open: () => Promise.resolve(),
		text: () => Promise.resolve(' Hello. '),
		close: vi.fn(),
		...over
	};
	const dictation = new Dictation((given) => ((events = given), ear), {
		onText: (text) => told.push(`text ${text}`),
		onDeaf: (error) => told.push(`deaf ${(error as Error).message}`),
		onClosed: () => told.push('closed')
	});
	return { dictation, told, ear, events };
}

/** A promise that is settled by hand. */
function later<T>() {
	let settle!: { resolve: (value: T) => void; reject: (error: Error) => void };
	const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
	return { promise, ...settle };
}

describe('a dictation', () => {
	it('goes from the microphone to the text', async () => {
		const answer = later<string>();
		const { dictation, told, ear } = begin({ text: () => answer.promise });
		expect(dictation.phase).toBe('opening');
		await dictation.open();
		expect(dictation.phase).toBe('listening');
		const finished = dictation.finish();
		expect(dictation.phase).toBe('transcribing');
		answer.resolve(' Hello. ');
		await finished;
		expect(dictation.phase).toBe('closed');
		expect(told).toEqual(['closed', 'text Hello.']);
		expect(ear.close).toHaveBeenCalledOnce();
	});

	it('tells of a microphone that was refused', async () => {
		const { dictation, told } = begin({ open: () => Promise.reject(new Error('refused')) });
		await dictation.open();
		expect(told).toEqual(['closed', 'deaf refused']);
	});

	it('keeps what was said when it could not become a text', async () => {
		const text = vi.fn<() => Promise<string>>();
		text.mockRejectedValueOnce(new Error('no engine')).mockResolvedValue('Hello.');
		const { dictation, told, ear } = begin({ text });
		await dictation.open();
		await dictation.finish();
		expect(dictation.phase).toBe('failed');
		expect((dictation.problem as Error).message).toBe('no engine');
		expect(ear.close).not.toHaveBeenCalled();
		await dictation.finish();
		expect(told).toEqual(['closed', 'text Hello.']);
	});

	it('can be called off at any time, and then says nothing more', async () => {
		const [asked, answer] = [later<void>(), later<string>()];
		const early = begin({ open: () => asked.promise });
		const opened = early.dictation.open();
		early.dictation.cancel();
		asked.resolve();
		await opened;
		expect(early.dictation.phase).toBe('closed');
		expect(early.told).toEqual(['closed']);

		const late = begin({ text: () => answer.promise });
		await late.dictation.open();
		const finished = late.dictation.finish();
		late.dictation.cancel();
		late.dictation.cancel();
		answer.reject(new Error('aborted'));
		await finished;
		expect(late.told).toEqual(['closed']);
		expect(late.ear.close).toHaveBeenCalledOnce();
	});

	it('ends when the microphone does, once', async () => {
		const { dictation, told, events } = begin();
		events.onEnd();
		expect(dictation.phase).toBe('opening');
		await dictation.open();
		events.onHeard('Hel');
		expect(dictation.heard).toBe('Hel');
		events.onEnd();
		events.onEnd();
		await vi.waitFor(() => expect(told).toEqual(['closed', 'text Hello.']));
	});
});
