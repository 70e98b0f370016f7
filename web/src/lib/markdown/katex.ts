/** Formulas. KaTeX is fetched when the first one appears. */
type Render = (text: string, display: boolean) => string;

let render: Render | undefined;
let loading: Promise<void> | undefined;

export const mathRenderer = (): Render | undefined => render;

export function loadMath(): Promise<void> {
	loading ??= import('katex').then(({ default: katex }) => {
		render = (text, displayMode) =>
			katex.renderToString(text, {
				displayMode,
				throwOnError: false,
				strict: false,
				trust: false,
				maxExpand: 1000,
				maxSize: 50
			});
	});
	return loading;
}
