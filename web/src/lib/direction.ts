/** Which way the page is read. The language decides (`i18n`); messages have a direction of their own. */

export const direction = (): 'ltr' | 'rtl' =>
	document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr';

/** The sign of a step towards the end of a line: to the right, or where one reads from there to the left. */
export const towardsEnd = (): 1 | -1 => (direction() === 'rtl' ? -1 : 1);
