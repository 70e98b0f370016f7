/** Reads an answer with the voice that the person has chosen. */
import { listVoices, speak, type ServerVoice } from '$lib/api/audio';
import { readAloud, type Voice } from '$lib/audio/aloud';
import { piecesOf, type SplitOn } from '$lib/audio/speakable';
import { browserVoice, serverVoice, Unplayable } from '$lib/audio/voices';
import { t, useArea } from '$lib/i18n/index.svelte';
import { app } from './app.svelte';
import { settings } from './settings.svelte';
import { browserSpeaks } from './speech';

let asked: { engine: string | undefined; voices: Promise<ServerVoice[]> } | undefined;

/** The voices of the server, asked for once as long as it keeps its engine. */
function serverVoices(): Promise<ServerVoice[]> {
	const engine = app.config?.audio?.tts?.engine;
	if (asked?.engine !== engine) asked = { engine, voices: listVoices() };
	return asked!.voices.catch(() => {
		asked = undefined;
		return [];
	});
}

/** A voice may have been chosen when the server had another engine, which does not know it. */
async function knownVoice(): Promise<string | undefined> {
	const chosen = settings.ui.audio?.tts?.voice;
	const known = chosen ? await serverVoices() : [];
	return known.some(({ id }) => id === chosen) ? chosen : undefined;
}

async function chosenVoice(): Promise<Voice> {
	const { voice, playbackRate = 1 } = settings.ui.audio?.tts ?? {};
	if (browserSpeaks()) return browserVoice(voice, playbackRate);
	const name = await knownVoice();
	return serverVoice((text, signal) => speak(text, name, signal), playbackRate);
}

export async function read(
	content: string,
	signal: AbortSignal,
	onPlaying: (playing: boolean) => void
): Promise<void> {
	await useArea('speech');
	// The voices of browsers lose their breath in long texts.
	const splitOn = browserSpeaks() ? 'punctuation' : app.config?.audio?.tts?.split_on;
	const pieces = piecesOf(content, (splitOn || 'punctuation') as SplitOn);
	if (!pieces.length) throw new Error(t('speech.nothingToRead'));
	try {
		await readAloud(pieces, await chosenVoice(), signal, onPlaying);
	} catch (error) {
		throw error instanceof Unplayable ? new Error(reasons()[error.reason]) : error;
	}
}

const reasons = () => ({
	blocked: t('speech.blocked'),
	broken: t('speech.broken'),
	mute: t('speech.mute')
});
