/** Tells people who look elsewhere that an answer is there. */
import { goto } from '$app/navigation';
import { t } from '$lib/i18n/index.svelte';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';

const LONGEST = 120;

/** Asks the browser for leave. False when the person, or the browser, says no. */
export async function askToNotify(): Promise<boolean> {
	if (!('Notification' in window)) return false;
	if (Notification.permission === 'granted') return true;
	return (await Notification.requestPermission()) === 'granted';
}

export interface News {
	/** Where it is to be read. */
	href: string;
	title: string;
	text: string;
}

const short = (text: string) => {
	const flat = text.replace(/\s+/g, ' ').trim();
	return flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat;
};

/** A notice in the page when it is looked at, one of the system when it is not. */
export function announce({ href, title, text }: News) {
	if (settings.ui.notificationSound !== false) chime();
	if (!document.hidden) {
		toasts.show('info', title, { label: t('common.open'), run: () => void goto(href) });
		return;
	}
	if (settings.ui.notificationEnabled !== true || !('Notification' in window)) return;
	if (Notification.permission !== 'granted') return;
	const notice = new Notification(title, { body: short(text), icon: '/favicon.svg', tag: href });
	notice.onclick = () => {
		window.focus();
		void goto(href);
		notice.close();
	};
}

let context: AudioContext | undefined;

/** Two soft notes, made here: no file has to be fetched. */
function chime() {
	try {
		context ??= new AudioContext();
		if (context.state === 'suspended') return;
		const now = context.currentTime;
		[659.25, 880].forEach((pitch, index) => {
			const at = now + index * 0.12;
			const tone = context!.createOscillator();
			const volume = context!.createGain();
			tone.frequency.value = pitch;
			volume.gain.setValueAtTime(0, at);
			volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
			volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
			tone.connect(volume).connect(context!.destination);
			tone.start(at);
			tone.stop(at + 0.5);
		});
	} catch {
		// No sound then.
	}
}
