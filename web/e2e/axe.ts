/** Asks axe-core what is wrong with the page that is open. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from '@playwright/test';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Off by default in axe, and worth having: what one sees on a control is what one can say to it. */
const MORE = ['label-content-name-mismatch', 'target-size', 'td-has-header'];

declare global {
	interface Window {
		axe: typeof axe;
	}
}

/** What opens over a page. */
const OVER = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';

interface Looking {
	/** It was looked at already and only its colours have changed. */
	coloursOnly?: boolean;
	/** Only what is open over the page, where something is: the page itself is looked at elsewhere. */
	overOnly?: boolean;
}

/** What axe finds, one line for each element. */
export async function findings(
	page: Page,
	{ coloursOnly = false, overOnly = false }: Looking = {}
): Promise<string[]> {
	// By the debugger, which the content security policy of the page does not bind.
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
	return page.evaluate(
		async ({ tags, more, coloursOnly, over }) => {
			// Colours that are on their way from one theme to the other are nobody's choice.
			const still = new CSSStyleSheet();
			still.replaceSync('*, ::before, ::after { transition: none !important; }');
			if (document.adoptedStyleSheets.length === 0) document.adoptedStyleSheets = [still];
			await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
			// A menu lies over the page, in no region of it.
			const floats = (target: unknown[]) =>
				document.querySelector(String(target[0]))?.closest('[role=menu], [role=listbox]');
			const open = over ? [...document.querySelectorAll<HTMLElement>(over)] : [];
			const seen = open.filter((element) => element.checkVisibility());
			const { violations } = await window.axe.run(seen.length ? seen : document, {
				runOnly: coloursOnly
					? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
					: { type: 'tag', values: tags },
				rules: coloursOnly ? {} : Object.fromEntries(more.map((id) => [id, { enabled: true }])),
				resultTypes: ['violations'],
				// Only rules that are not asked for here read the style sheets once more.
				preload: false,
				// What models wrote runs in frames of its own; it is theirs.
				iframes: false
			});
			return violations.flatMap(({ id, impact, nodes }) =>
				nodes
					.filter(({ target }) => !(id === 'region' && floats(target)))
					.map(({ target, html, any, all, none }) => {
						const why = [...any, ...all, ...none].map((check) => check.message).join('; ');
						return `${id} (${impact}) ${target.join(' ')}\n      ${html.slice(0, 160)}\n      ${why}`;
					})
			);
		},
		{ tags: TAGS, more: MORE, coloursOnly, over: overOnly && OVER }
	);
}
