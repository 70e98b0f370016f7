/** Who listens and who speaks: what the person has chosen, or else what the server is set to. */
import { recognitionOfBrowser } from '$lib/audio/recognition';
import { app } from './app.svelte';
import { settings } from './settings.svelte';

/** Browsers give the microphone to pages that came over HTTPS only, or from the same machine. */
export const hasMicrophone = (): boolean =>
	typeof navigator.mediaDevices?.getUserMedia === 'function';

export const hasVoices = (): boolean => 'speechSynthesis' in window;

/** The server's engine for speech is the browser when it has none. */
export const serverSpeaks = (): boolean => !!app.config?.audio?.tts?.engine;

export function browserListens(): boolean {
	const chosen = settings.ui.audio?.stt?.engine || app.config?.audio?.stt?.engine;
	return chosen === 'web' && recognitionOfBrowser() !== undefined;
}

/** Other clients of the account know several engines of the browser. */
export const browserSpeaks = (): boolean =>
	!serverSpeaks() || settings.ui.audio?.tts?.engine?.startsWith('browser') === true;

/** Whether answers can be read aloud here, by whomever. */
export const canSpeak = (): boolean => app.may('chat.tts') && (!browserSpeaks() || hasVoices());
