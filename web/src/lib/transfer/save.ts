/** Gives a file to the person. */
export function saveFile(name: string, content: BlobPart, type: string) {
	const url = URL.createObjectURL(new Blob([content], { type }));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The browser reads the address after this task.
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

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

/** Today as `2026-01-31`, for file names. */
export function today(date = new Date()): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
