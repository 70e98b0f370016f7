/** Speech to text, and text to speech. */
import { client, read } from './client';
import { fetchBlob } from './download';

export interface ServerVoice {
	id: string;
	name?: string;
}

export const listVoices = async () =>
	(await read<{ voices: ServerVoice[] }>(client.GET('/api/v1/audio/voices'))).voices;

/** @param voice without one the server takes that of its settings */
export const speak = (input: string, voice: string | undefined, signal: AbortSignal) =>
	fetchBlob('/api/v1/audio/speech', {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ input, voice }),
		signal
	});

/** @param language its code; without one it is found out */
export async function transcribe(recording: File, language: string, signal: AbortSignal) {
	const form = new FormData();
	form.append('file', recording);
	if (language) form.append('language', language);
	const call = client.POST('/api/v1/audio/transcriptions', { body: form as never, signal });
	return (await read<{ text: string }>(call)).text;
}
