/** Light, dark, or what the system says. The first paint is decided by the script in app.html. */
export type Theme = 'light' | 'dark' | 'system';
export const THEMES: Theme[] = ['light', 'dark', 'system'];

const stored = localStorage.getItem('theme');
let chosen = $state<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function apply() {
	const dark = chosen === 'dark' || (chosen === 'system' && systemDark.matches);
	document.documentElement.classList.toggle('dark', dark);
}

systemDark.addEventListener('change', apply);

export const theme = {
	get current() {
		return chosen;
	},
	choose(next: Theme) {
		chosen = next;
		localStorage.setItem('theme', next);
		apply();
	}
};
