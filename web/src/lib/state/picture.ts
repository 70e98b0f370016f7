/** Pictures made small enough to be kept in an account. */

const load = (url: string): Promise<HTMLImageElement> =>
	new Promise((resolve, reject) => {
		const image = new Image();
		image.onload = () => resolve(image);
		image.onerror = () => reject(new Error());
		image.src = url;
	});

function canvas(width: number, height: number) {
	const element = document.createElement('canvas');
	element.width = width;
	element.height = height;
	return { element, context: element.getContext('2d')! };
}

/** The middle square of a picture, as data. Throws when the file is no picture. */
export async function squarePicture(file: Blob, size = 250): Promise<string> {
	const url = URL.createObjectURL(file);
	try {
		const image = await load(url);
		const side = Math.min(image.naturalWidth, image.naturalHeight);
		const [x, y] = [(image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2];
		const { element, context } = canvas(size, size);
		context.drawImage(image, x, y, side, side, 0, 0, size, size);
		return element.toDataURL('image/webp', 0.85);
	} finally {
		URL.revokeObjectURL(url);
	}
}

/** A whole picture, no longer than `most` on its longer side. */
export async function smallPicture(file: Blob, most: number): Promise<string> {
	const url = URL.createObjectURL(file);
	try {
		const image = await load(url);
		const scale = Math.min(1, most / Math.max(image.naturalWidth, image.naturalHeight));
		const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
		const { element, context } = canvas(Math.round(width), Math.round(height));
		context.drawImage(image, 0, 0, element.width, element.height);
		return element.toDataURL('image/jpeg', 0.8);
	} finally {
		URL.revokeObjectURL(url);
	}
}

/** The initials of a name on a colour of its own. */
export function initialsPicture(name: string, size = 250): string {
	const words = name.trim().split(/\s+/);
	const initials = [words[0], words.length > 1 ? words.at(-1) : '']
		.map((word) => [...(word ?? '')][0] ?? '')
		.join('')
		.toUpperCase();
	let hue = 0;
	for (const sign of name) hue = (hue * 31 + sign.codePointAt(0)!) % 360;
	const { element, context } = canvas(size, size);
	context.fillStyle = `oklch(0.5 0.09 ${hue})`;
	context.fillRect(0, 0, size, size);
	context.fillStyle = '#fff';
	context.font = `600 ${size * 0.4}px 'Hanken Grotesk Variable', system-ui, sans-serif`;
	context.textAlign = 'center';
	context.textBaseline = 'middle';
	context.fillText(initials || '?', size / 2, size * 0.53);
	return element.toDataURL('image/png');
}
