/** How tests get to a place. */
import type { Locator, Page } from '@playwright/test';
import type { Scene } from '../scene';
import { expect } from '../support';

export interface Visit {
	name: string;
	/** The folder under `src/routes` that shows it. */
	route: string;
	go: (page: Page, scene: Scene) => Promise<unknown>;
	/** Its colours are looked at in high contrast, too. */
	contrast?: boolean;
	/** It is only there when there is room for it, or only when there is none. */
	only?: 'wide' | 'narrow';
	/** The server is meant to refuse something on the way. */
	refused?: boolean;
}

export const dialog = (page: Page): Locator =>
	page.getByRole('dialog').or(page.getByRole('alertdialog'));
export const press = (at: Page | Locator, name: string | RegExp) =>
	at
		.getByRole('button', { name, exact: typeof name === 'string' })
		.first()
		.click();
export const item = (page: Page, name: string) =>
	page.getByRole('menuitem', { name, exact: true }).click();

export async function open(page: Page, path: string) {
	await page.goto(path);
	await page.waitForLoadState('networkidle');
}

/** Opens something that comes in a dialog, and waits for it. */
export async function shown(page: Page) {
	await expect(dialog(page).last()).toBeVisible();
	await page.waitForLoadState('networkidle');
}

export const CHAT = '/(app)/(chat)';
export const STORED = '/(app)/(chat)/c/[id]';
