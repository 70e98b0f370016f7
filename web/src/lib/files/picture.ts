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
