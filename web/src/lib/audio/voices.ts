/** Those who can speak: the server, and the browser with the voices of the device. */
import type { Sound, Voice } from './aloud';

/** `blocked`: by the browser, until the person does something; `mute`: there is no voice. */
export class Unplayable extends Error {
	constructor(readonly reason: 'blocked' | 'broken' | 'mute') {
		super(reason);
	}
}

/** One for all: a browser that has let it play once goes on doing so. */
let player: HTMLAudioElement | undefined;

/** @param speak asks the server for a sound file */
export const serverVoice = (
	speak: (text: string, signal: AbortSignal) => Promise<Blob>,
	rate: number
): Voice => ({
	fetch: async (text, signal) => soundOf(await speak(text, signal), rate)
});

const soundOf = (file: Blob, rate: number): Sound => ({
	play: async (signal) => {
		const audio = (player ??= new Audio());
		const address = URL.createObjectURL(file);
		audio.src = address;
		audio.playbackRate = rate;
		const silence = () => audio.pause();
		signal.addEventListener('abort', silence);
		try {
			return await heard(audio);
		} finally {
			signal.removeEventListener('abort', silence);
			URL.revokeObjectURL(address);
		}
	}
});

/** Not only the page can pause it: keys do, and headphones that are pulled out. */
function heard(audio: HTMLAudioElement): Promise<boolean> {
	return new Promise((resolve, reject) => {
		audio.onended = () => resolve(true);
		audio.onpause = () => !audio.ended && resolve(false);
		audio.onerror = () => reject(new Unplayable('broken'));
		audio.play().catch((error: unknown) => {
			const { name } = error as Error;
			if (name === 'AbortError') resolve(false);
			else reject(new Unplayable(name === 'NotAllowedError' ? 'blocked' : 'broken'));
		});
	});
}

/** Chrome fetches its list after it is first asked for it. */
const VOICES_MS = 1500;

export function deviceVoices(): Promise<SpeechSynthesisVoice[]> {
	const now = speechSynthesis.getVoices();
	if (now.length) return Promise.resolve(now);
	return new Promise((resolve) => {
		const done = () => {
			speechSynthesis.removeEventListener('voiceschanged', done);
			clearTimeout(timer);
			resolve(speechSynthesis.getVoices());
		};
		const timer = setTimeout(done, VOICES_MS);
		speechSynthesis.addEventListener('voiceschanged', done);
	});
}

/** A page that is left goes on speaking in some browsers. */
const hush = () => speechSynthesis.cancel();

/** Chrome forgets one that nobody holds, and then never tells of its end. */
let held: SpeechSynthesisUtterance | undefined;

/** @param name the `voiceURI` of one of the device; another device may not have it */
export async function browserVoice(name: string | undefined, rate: number): Promise<Voice> {
	const all = await deviceVoices();
	if (!all.length) throw new Unplayable('mute');
	const chosen = all.find(({ voiceURI }) => voiceURI === name) ?? null;
	window.addEventListener('pagehide', hush);
	return {
		fetch: async (text) => ({ play: (signal) => utter(text, chosen, rate, signal) })
	};
}

function utter(
	text: string,
	voice: SpeechSynthesisVoice | null,
	rate: number,
	signal: AbortSignal
): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const utterance = (held = new SpeechSynthesisUtterance(text));
		utterance.voice = voice;
		utterance.rate = rate;
		const silence = () => {
			speechSynthesis.cancel();
			resolve(false);
		};
		signal.addEventListener('abort', silence, { once: true });
		const over = () => {
			signal.removeEventListener('abort', silence);
			if (held === utterance) held = undefined;
		};
		utterance.onend = () => {
			over();
			resolve(true);
		};
		utterance.onerror = ({ error }) => {
			over();
			if (error === 'canceled' || error === 'interrupted') resolve(false);
			else reject(new Unplayable(error === 'not-allowed' ? 'blocked' : 'mute'));
		};
		speechSynthesis.speak(utterance);
	});
}
