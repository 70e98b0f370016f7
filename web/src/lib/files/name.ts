/** A name every file system takes. */
export function fileName(title: string, extension: string): string {
	const clean = title
		.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/^\.+|\.+$/g, '')
		.slice(0, 80)
		.trim();
	return `${clean || 'chat'}.${extension}`;
}
