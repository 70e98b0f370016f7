/** An id out of a name: small letters, digits and dashes. Empty when the name has none of them. */
export function slug(name: string): string {
	return name
		.normalize('NFKD')
		.replace(/\p{Diacritic}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+|-+$/g, '');
}
