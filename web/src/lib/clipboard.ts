/** Puts things on the clipboard, also where the browser offers only the old way. */

/** A text, or one with its formatted form beside it. */
export type Copied = string | { text: string; html: string };

export async function copyText(what: Copied): Promise<void> {
	const text = typeof what === 'string' ? what : what.text;
	// The clipboard API exists on secure origins only; a plain-HTTP server in the house needs the old way.
	if (!navigator.clipboard) return copyOldWay(text);
	if (typeof what === 'string' || !('ClipboardItem' in window)) {
		return navigator.clipboard.writeText(text);
	}
	await navigator.clipboard.write([
		new ClipboardItem({
			'text/plain': new Blob([text], { type: 'text/plain' }),
			'text/html': new Blob([what.html], { type: 'text/html' })
		})
	]);
}

function copyOldWay(text: string) {
	const area = document.createElement('textarea');
	area.value = text;
	area.className = 'fixed -top-full';
	document.body.append(area);
	area.select();
	const ok = document.execCommand('copy');
	area.remove();
	if (!ok) throw new Error('copy refused');
}
