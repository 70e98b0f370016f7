// Shows the offline page in the reader's language: the one chosen in the app, or what the browser asks for.
const sections = [...document.querySelectorAll('section')];

/** With script and place: zh-HK is zh-Hant-HK, and meets zh-TW there. */
const full = (name) => new Intl.Locale(name.replaceAll('_', '-')).maximize();

function sectionFor(wish) {
	try {
		const asked = full(wish);
		const same = sections.filter(({ lang }) => full(lang).language === asked.language);
		return (
			same.find(({ lang }) => full(lang).baseName === asked.baseName) ??
			same.find(({ lang }) => full(lang).script === asked.script) ??
			same[0]
		);
	} catch {
		// No name of a language.
		return undefined;
	}
}

let chosen = null;
try {
	chosen = localStorage.getItem('locale');
} catch {
	// Storage may be forbidden; the browser's wishes still count.
}
const wishes = [chosen, ...navigator.languages].filter(Boolean);
const shown = wishes.map(sectionFor).find(Boolean);
if (shown) {
	for (const section of sections) section.hidden = section !== shown;
	document.documentElement.lang = shown.lang;
	document.documentElement.dir = /^(ar|fa|he|ur)\b/.test(shown.lang) ? 'rtl' : 'ltr';
}
