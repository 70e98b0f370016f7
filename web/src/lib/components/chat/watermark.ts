/** What administrators want under every copied answer, such as that a model wrote it. */
import { app } from '$lib/state/app.svelte';

export function withWatermark(text: string): string {
	const mark = app.config?.ui?.response_watermark?.trim();
	return mark ? `${text}\n\n${mark}` : text;
}
