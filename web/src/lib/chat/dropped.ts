/** Files out of a drop or a paste, those within dropped folders included. */

const MOST = 200;

/** Must be called while the event is handled; the items are gone afterwards. */
export function filesOf(data: DataTransfer): Promise<File[]> {
	const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
	if (!entries.some((entry) => entry.isDirectory)) return Promise.resolve([...data.files]);
	return all(entries);
}

async function all(entries: FileSystemEntry[]): Promise<File[]> {
	const files: File[] = [];
	const queue = [...entries];
	for (let entry = queue.shift(); entry && files.length < MOST; entry = queue.shift()) {
		// Hidden files are nobody's attachment.
		if (entry.name.startsWith('.')) continue;
		if (entry.isDirectory) queue.push(...(await children(entry as FileSystemDirectoryEntry)));
		else files.push(await fileOf(entry as FileSystemFileEntry));
	}
	return files;
}

const fileOf = (entry: FileSystemFileEntry) =>
	new Promise<File>((resolve, reject) => entry.file(resolve, reject));

/** A reader gives its entries in portions. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
	const reader = folder.createReader();
	const found: FileSystemEntry[] = [];
	for (;;) {
		const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject)
		);
		if (portion.length === 0) return found;
		found.push(...portion);
	}
}
