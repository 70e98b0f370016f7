/**
 * Light, dark, black, or what the system says; high contrast; size of everything. The first paint is
 * decided by the script in app.html, which reads the same keys.
 */
export type Theme = 'light' | 'dark' | 'oled-dark' | 'system';
export const THEMES: Theme[] = ['system', 'light', 'dark', 'oled-dark'];

const CONTRAST_KEY = 'transom.contrast';
const SCALE_KEY = 'transom.scale';

const root = document.documentElement;
const stored = localStorage.getItem('theme') as Theme | null;
let chosen = $state<Theme>(stored && THEMES.includes(stored) ? stored : 'system');
let contrast = $state(localStorage.getItem(CONTRAST_KEY) === 'high');
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemContrast = matchMedia('(prefers-contrast: more)');

function apply() {
	const black = chosen === 'oled-dark';
	const dark = black || chosen === 'dark' || (chosen === 'system' && systemDark.matches);
	root.classList.toggle('dark', dark);
	root.classList.toggle('black', black);
	root.classList.toggle('contrast', contrast || systemContrast.matches);
}

function applyScale(scale: number) {
	if (scale === 1) root.style.removeProperty('--ui-scale');
	else root.style.setProperty('--ui-scale', String(scale));
}

systemDark.addEventListener('change', apply);
systemContrast.addEventListener('change', apply);
apply();
applyScale(Number(localStorage.getItem(SCALE_KEY)) || 1);

/** Keeps the value when it differs from the usual one. */
function remember(key: string, value: string | null) {
	if (value === null) localStorage.removeItem(key);
	else localStorage.setItem(key, value);
}

export const theme = {
	get current() {
		return chosen;
	},
	choose(next: Theme) {
		chosen = next;
		localStorage.setItem('theme', next);
		apply();
	},
	get highContrast() {
		return contrast;
	},
	setHighContrast(on: boolean) {
		contrast = on;
		remember(CONTRAST_KEY, on ? 'high' : null);
		apply();
	},
	/** 1 is the usual size. */
	setScale(scale: number) {
		remember(SCALE_KEY, scale === 1 ? null : String(scale));
		applyScale(scale);
	}
};
