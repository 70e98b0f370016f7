/** Gives the reader a file. */
export function saveBlob(name: string, content: Blob): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The browser reads the file after the click has been handled.
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Gives the reader a file that was made in the browser. */
export const download = (name: string, content: string, type = 'application/json') =>
	saveBlob(name, new Blob([content], { type: `${type};charset=utf-8` }));

export const downloadJson = (name: string, value: unknown) =>
	download(name, JSON.stringify(value, null, 2));

/** Today, as part of a file name. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** Lets the reader choose a file; nothing when they choose none. */
export function chooseFile(accept: string): Promise<File | undefined> {
	return new Promise((resolve) => {
		const input = document.createElement('input');
		input.type = 'file';
		input.accept = accept;
		input.oncancel = () => resolve(undefined);
		input.onchange = () => resolve(input.files?.[0]);
		input.click();
	});
}

/** The text of a file the reader chooses. */
export const chooseText = async (accept: string): Promise<string | undefined> =>
	(await chooseFile(accept))?.text();
