/** Diagrams. The library is large and is fetched when the first one appears. */
import type { MermaidConfig } from 'mermaid';

let loading: Promise<typeof import('mermaid').default> | undefined;
let count = 0;
/** The library draws one diagram at a time. */
let queue: Promise<unknown> = Promise.resolve();

const configFor = (dark: boolean): MermaidConfig => ({
	startOnLoad: false,
	securityLevel: 'strict',
	theme: dark ? 'dark' : 'neutral',
	// The picture is shown apart from the page, where only fonts of the system exist.
	fontFamily: 'system-ui, sans-serif',
	htmlLabels: false,
	flowchart: { htmlLabels: false },
	suppressErrorRendering: true
});

export interface Drawing {
	svg: string;
	width: number;
	height: number;
}

/** Draws a diagram. Throws what is wrong with its source. */
export function draw(source: string, dark: boolean): Promise<Drawing> {
	const next = queue.then(async () => {
		loading ??= import('mermaid').then((m) => m.default);
		const mermaid = await loading;
		mermaid.initialize(configFor(dark));
		const { svg } = await mermaid.render(`diagram-${++count}`, source);
		return sized(svg);
	});
	queue = next.catch(() => {});
	return next;
}

/** Gives the picture its own size: without one an `<img>` would be as wide as its place. */
export function sized(svg: string): Drawing {
	const box = /viewBox="[-\d.e]+ [-\d.e]+ ([\d.e]+) ([\d.e]+)"/.exec(svg);
	const width = Math.ceil(Number(box?.[1] ?? 640));
	const height = Math.ceil(Number(box?.[2] ?? 480));
	const opening = /<svg[^>]*>/.exec(svg)?.[0] ?? '';
	const plain = opening
		.replace(/\s(?:width|height)="[^"]*"/g, '')
		.replace(/max-width:\s*[\d.]+px;?/, '')
		.replace('<svg', `<svg width="${width}" height="${height}"`);
	return { svg: svg.replace(opening, plain), width, height };
}

/** The drawing as an address for `<img>`: as a picture it can neither run scripts nor fetch anything. */
export const asImage = (svg: string): string =>
	`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

/** The drawing as PNG, twice as fine as on screen. */
export async function toPng({ svg, width, height }: Drawing, background: string): Promise<Blob> {
	const image = new Image();
	image.src = asImage(svg);
	await image.decode();
	const canvas = document.createElement('canvas');
	canvas.width = width * 2;
	canvas.height = height * 2;
	const context = canvas.getContext('2d')!;
	context.fillStyle = background;
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve, reject) =>
		canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png')
	);
}
