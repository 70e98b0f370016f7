/** Listens with the ear that the person has chosen. */
import { transcribe } from '$lib/api/audio';
import { Deaf, type Ear, type EarEvents } from '$lib/audio/ear';
import { recognitionOfBrowser } from '$lib/audio/recognition';
import { RecognitionEar } from '$lib/audio/recognition-ear';
import { RecordingEar } from '$lib/audio/recording-ear';
import { locale, t } from '$lib/i18n/index.svelte';
import { settings } from './settings.svelte';
import { browserListens } from './speech';
import { explain } from './toasts.svelte';

export function earFor(events: EarEvents): Ear {
	const language = settings.ui.audio?.stt?.language ?? '';
	const Recognition = browserListens() ? recognitionOfBrowser() : undefined;
	// Browsers do not find out the language.
	if (Recognition) return new RecognitionEar(new Recognition(), language || locale(), events);
	return new RecordingEar((file, signal) => transcribe(file, language, signal), events);
}

export function whyDeaf(error: unknown): string {
	if (!(error instanceof Deaf)) return explain(error);
	return {
		refused: t('speech.refused'),
		missing: t('speech.missing'),
		busy: t('speech.busy'),
		unreachable: t('speech.unreachable')
	}[error.reason];
}
