/** Brings files to the server so that they can go along with a message. */
import { fileProblem, fileStatus, uploadFile } from '$lib/api/files';
import { lacks } from '$lib/chat/abilities';
import { documentOf, imageOf } from '$lib/chat/attachments';
import type { Attachment } from '$lib/chat/types';
import { t } from '$lib/i18n/index.svelte';
import { app } from './app.svelte';
import { settings } from './settings.svelte';
import { explain } from './toasts.svelte';

/** What the server allows, as far as it has said so. */
function limits() {
	const file = app.config?.file;
	return { megabytes: file?.max_size ?? undefined, count: file?.max_count ?? undefined };
}

/** Why these files cannot go along; empty when they can. */
export function refusal(files: File[], already: number, models: string[]): string {
	if (!app.may('chat.file_upload')) return t('attach.forbidden');
	const { megabytes, count } = limits();
	if (count !== undefined && already + files.length > count)
		return t('attach.tooMany', { n: count });
	const large = files.find((f) => megabytes !== undefined && f.size > megabytes * 1024 * 1024);
	if (large) return t('attach.tooLarge', { name: large.name, n: megabytes! });
	const empty = files.find((f) => f.size === 0);
	if (empty) return t('attach.empty', { name: empty.name });
	const asked = models.map((id) => app.modelById(id));
	const blind = asked.find((model) => lacks(model, 'vision'));
	if (blind && files.some(isPicture)) return t('attach.blind', { name: blind.name });
	const illiterate = asked.find((model) => lacks(model, 'file_upload'));
	if (illiterate && !files.every(isPicture)) return t('attach.noFiles', { name: illiterate.name });
	return '';
}

const isPicture = (file: File): boolean => file.type.startsWith('image/');

export interface Attaching {
	/** The chat is not kept: its pictures stay in the page. */
	temporary?: boolean;
	/** Models will be given its text, which the server has to read first. */
	forModels?: boolean;
}

/** Sends one file. */
export async function attach(
	file: File,
	{ temporary = false, forModels = true }: Attaching = {}
): Promise<Attachment> {
	const picture = isPicture(file);
	const ready = picture ? await smaller(file) : file;
	if (picture && temporary) {
		const url = await dataUrl(ready);
		return { type: 'image', url, name: file.name, content_type: file.type, size: ready.size };
	}
	const stored = await uploadFile(ready);
	if (picture) return imageOf(stored);
	if (forModels) await understood(stored.id);
	return documentOf(stored);
}

const READ_WITHIN_MS = 60_000;

/** Waits until the server has read a document. Throws what stood in the way. */
async function understood(id: string): Promise<void> {
	const until = Date.now() + READ_WITHIN_MS;
	for (let wait = 150; Date.now() < until; wait = Math.min(2000, wait * 1.5)) {
		const status = await fileStatus(id);
		if (status === 'completed') return;
		if (status === 'failed') throw new Error((await fileProblem(id)) || t('file.noText'));
		await new Promise((next) => setTimeout(next, wait));
	}
}

export const failed = (pending: Attachment, error: unknown): Attachment => ({
	...pending,
	status: 'failed',
	error: explain(error)
});

const dataUrl = (file: Blob) =>
	new Promise<string>((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result));
		reader.onerror = () => reject(new Error(t('attach.unreadable')));
		reader.readAsDataURL(file);
	});

/** Makes a picture no larger than the person or the server wants. */
async function smaller(file: File): Promise<File> {
	const server = app.config?.file?.image_compression;
	const own = settings.ui.imageCompression ? settings.ui.imageCompressionSize : undefined;
	const width = Number(own?.width || server?.width || Infinity);
	const height = Number(own?.height || server?.height || Infinity);
	if (!Number.isFinite(width) && !Number.isFinite(height)) return file;
	const picture = await createImageBitmap(file).catch(() => null);
	if (!picture || (picture.width <= width && picture.height <= height)) return file;
	const scale = Math.min(width / picture.width, height / picture.height);
	const canvas = document.createElement('canvas');
	canvas.width = Math.max(1, Math.round(picture.width * scale));
	canvas.height = Math.max(1, Math.round(picture.height * scale));
	canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
	const type = file.type === 'image/png' ? 'image/png' : 'image/jpeg';
	const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, 0.9));
	return blob ? new File([blob], file.name, { type }) : file;
}

/** One frame of the screen, a window or a tab, as the person chooses. */
export async function captureScreen(): Promise<File> {
	const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
	try {
		const video = document.createElement('video');
		video.srcObject = stream;
		await video.play();
		const canvas = document.createElement('canvas');
		canvas.width = video.videoWidth;
		canvas.height = video.videoHeight;
		canvas.getContext('2d')!.drawImage(video, 0, 0);
		const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
		if (!blob) throw new Error(t('attach.unreadable'));
		return new File([blob], t('attach.screenName'), { type: 'image/png' });
	} finally {
		for (const track of stream.getTracks()) track.stop();
	}
}
