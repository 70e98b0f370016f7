/** Languages that speech recognition knows, by their codes. */
const CODES =
	'af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mi mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi yi zh'.split(
		' '
	);

/** Each with its name in the language of the page, in the order of that. */
export function spokenLanguages(locale: string): { value: string; label: string }[] {
	const names = new Intl.DisplayNames(locale, { type: 'language' });
	return CODES.map((value) => ({ value, label: names.of(value) ?? value })).sort((a, b) =>
		a.label.localeCompare(b.label, locale)
	);
}
