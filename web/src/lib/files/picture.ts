/** Pictures of people and models: small squares that travel with their owner. */
const SIDE = 256;

/** The middle of a picture as a data URL. Throws when the file is no picture the browser can read. */
export async function squareOf(file: Blob): Promise<string> {
	const picture = await createImageBitmap(file);
	const side = Math.min(picture.width, picture.height);
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = Math.min(SIDE, side);
	const left = (picture.width - side) / 2;
	const top = (picture.height - side) / 2;
	canvas
		.getContext('2d')
		?.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
	picture.close();
	// Browsers without WebP give PNG, which is as good.
	return canvas.toDataURL('image/webp', 0.85);
}

/** A whole picture as a data URL, no longer than `most` on its longer side. */
export async function smallerThan(file: Blob, most: number): Promise<string> {
	const picture = await createImageBitmap(file);
	const scale = Math.min(1, most / Math.max(picture.width, picture.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(picture.width * scale);
	canvas.height = Math.round(picture.height * scale);
	canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	return canvas.toDataURL('image/jpeg', 0.8);
}

/** The initials of a name on a colour of its own. */
export function initialsOf(name: string): string {
	const words = name.trim().split(/\s+/);
	const initials = [words[0], words.length > 1 ? words.at(-1) : '']
		.map((word) => [...(word ?? '')][0] ?? '')
		.join('')
		.toUpperCase();
	let hue = 0;
	for (const sign of name) hue = (hue * 31 + sign.codePointAt(0)!) % 360;
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = SIDE;
	const context = canvas.getContext('2d');
	if (!context) return '';
	context.fillStyle = `oklch(0.5 0.09 ${hue})`;
	context.fillRect(0, 0, SIDE, SIDE);
	context.fillStyle = '#fff';
	context.font = `600 ${SIDE * 0.4}px 'Hanken Grotesk Variable', system-ui, sans-serif`;
	context.textAlign = 'center';
	context.textBaseline = 'middle';
	context.fillText(initials || '?', SIDE / 2, SIDE * 0.53);
	return canvas.toDataURL('image/png');
}
