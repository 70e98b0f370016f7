import { describe, expect, it } from 'vitest';
import { readAloud, type Voice } from './aloud';

/** Notes down what happens, in order. */
function makeVoice(log: string[], trouble: Record<string, string> = {}): Voice {
	return {
		fetch: async (text) => {
			log.push(`fetch ${text}`);
			if (trouble[text]) throw new Error(trouble[text]);
			return {
				play: async (signal) => {
					log.push(`play ${text}`);
					await Promise.resolve();
					log.push(`end ${text}`);
					return !signal.aborted;
				}
			};
		}
	};
}

const signal = new AbortController().signal;

describe('reading aloud', () => {
	it('fetches the next piece while one is heard', async () => {
		const log: string[] = [];
		await readAloud(['a', 'b'], makeVoice(log), signal, (playing) => log.push(String(playing)));
		expect(log).toEqual([
			'fetch a',
			'false',
			'fetch b',
			'true',
			'play a',
			'end a',
			'false',
			'true',
			'play b',
			'end b'
		]);
	});

	it('says what could be fetched before it tells of a failure', async () => {
		const log: string[] = [];
		const reading = readAloud(['a', 'b'], makeVoice(log, { b: 'no money' }), signal, () => {});
		await expect(reading).rejects.toThrow('no money');
		expect(log).toContain('end a');
	});

	it('stops where it is told to', async () => {
		const log: string[] = [];
		const control = new AbortController();
		const voice = makeVoice(log);
		await readAloud(
			['a', 'b', 'c'],
			voice,
			control.signal,
			(playing) => playing && control.abort()
		);
		expect(log).toEqual(['fetch a', 'fetch b', 'play a', 'end a']);
	});

	it('has nothing to do without pieces', async () => {
		await readAloud([], makeVoice([]), signal, () => expect.unreachable());
	});
});
