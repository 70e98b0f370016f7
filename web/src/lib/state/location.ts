/** Where the person is, for prompts with `{{USER_LOCATION}}`. The browser asks them first, and they can take it back. */
import { settings } from './settings.svelte';

const PATIENCE_MS = 5000;
const FRESH_MS = 10 * 60_000;

export const canLocate = (): boolean => isSecureContext && 'geolocation' in navigator;

/** The place as coordinates; undefined when the browser or the person does not tell. */
export async function locate(): Promise<string | undefined> {
	if (!canLocate()) return undefined;
	try {
		const { coords } = await new Promise<GeolocationPosition>((found, failed) =>
			navigator.geolocation.getCurrentPosition(found, failed, {
				maximumAge: FRESH_MS,
				timeout: PATIENCE_MS
			})
		);
		return `${coords.latitude.toFixed(3)}, ${coords.longitude.toFixed(3)} (lat, long)`;
	} catch {
		return undefined;
	}
}

/** The place, if the person wants models to know it. */
export const whereabouts = async (): Promise<string | undefined> =>
	settings.ui.userLocation === true ? locate() : undefined;
