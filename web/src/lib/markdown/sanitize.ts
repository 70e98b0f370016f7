/** The sanitising gate. Only SafeHtml.svelte uses it; text becomes elements of the page nowhere else. */
import createPurifier from 'dompurify';

const TAGS =
	'a abbr b blockquote br code del details div em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ' +
	'ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul ' +
	// What formulas are made of.
	'math semantics annotation mrow mi mo mn ms mtext mspace mstyle mpadded mphantom menclose mfrac msqrt ' +
	'mroot msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd mlabeledtr svg path line';
const ATTRIBUTES =
	'href title alt src class align start checked disabled type colspan rowspan open data-footnote ' +
	'data-mention data-source aria-hidden style xmlns viewBox preserveAspectRatio width height d x1 x2 y1 y2 ' +
	'stroke-width encoding display mathvariant stretchy fence separator form accent accentunder ' +
	'columnalign rowspacing columnspacing columnlines rowlines scriptlevel displaystyle linethickness ' +
	'minsize maxsize lspace rspace voffset notation side mathcolor mathbackground';

/** Classes stand for looks of ours: a text must not be able to dress up as a part of the page. */
const CLASSES = /^(?:hljs|hljs-[\w-]+|(?:function|class|inherited)_)$/;
/** Classes within formulas. */
const FORMULA =
	/^(?:katex[\w-]*|m(?:ord|op|bin|rel|open|close|punct|inner|space|frac|tight|supsub|over|under|table|tr-glue|ml-eqn-num|ainrm|ath\w*|ult)|text(?:bb|bf|it|rm|sf|tt|scr|frak|bold\w+)|vlist(?:-\w+)?|pstrut|strut|base|newline|(?:reset-)?size\d+|sizing|fontsize-ensurer|delim(?:sizing|center|-size\d)|nulldelimiter|frac-line|sqrt|root|svg-align|hide-tail|halfarrow-\w+|brace-\w+|stretchy|accent(?:-\w+)?|accentunder|over(?:lay|line)(?:-line)?|underline(?:-line)?|op-(?:symbol|limits)|(?:large|small)-op|[lrc]lap|inner|fix|thinbox|rule|vbox|hbox|smash|col-align-[lcr]|arraycolsep|vertical-separator|h(?:dash)?line|x-arrow(?:-pad)?|c(?:ancel|d)-[\w-]+|sout|box(?:ed|pad)|fc?olorbox|fbox|ang\w+|eqn-num|tag|enclosing|amsrm|cramped|textstyle|displaystyle|allowbreak|nobreak)$/;
/** What KaTeX sets on its elements. */
const FORMULA_STYLE =
	/^(?:\s*(?:(?:min-)?(?:height|width)|(?:margin|padding)(?:-\w+)?|top|bottom|left|right|vertical-align|border(?:-\w+)*|(?:background-)?color|position\s*:\s*relative(?=;|$))\s*(?::\s*[\w.#%\s-]+)?;?)*$/;

const LEVELS_ABOVE = 2;
/** A name is heard in one breath. */
const NAME_LETTERS = 120;

/** One of our own: libraries that use the shared one must not meet our hooks. */
let purifier: ReturnType<typeof createPurifier> | undefined;

function makePurifier() {
	const made = createPurifier(window);
	made.addHook('uponSanitizeAttribute', (node, data) => {
		if (data.attrName === 'class') data.attrValue = classesOf(node, data.attrValue);
		if (data.attrName !== 'style') return;
		// Set through the style object later: style attributes are refused by `style-src 'self'`.
		data.keepAttr = false;
		if (node.closest('.katex') && FORMULA_STYLE.test(data.attrValue)) {
			node.setAttribute('data-style', data.attrValue);
		}
	});
	made.addHook('afterSanitizeAttributes', (node) => {
		// Code and formulas run from left to right, and say nothing about the direction of the words around.
		if (node.tagName === 'CODE' || node.classList?.contains('katex'))
			node.setAttribute('dir', 'ltr');
		// The page and the message have headings of their own, above those of the text.
		const level = /^H([1-6])$/.exec(node.tagName)?.[1];
		if (level) node.setAttribute('aria-level', String(Number(level) + LEVELS_ABOVE));
		if (node.tagName === 'A') hardenLink(node);
		else if (node.tagName === 'IMG') replaceRemoteImage(node as HTMLImageElement);
		else if (node.tagName === 'INPUT') {
			if (node.getAttribute('type') !== 'checkbox') node.remove();
			else {
				node.setAttribute('disabled', '');
				// The words beside the box are its name.
				const words = node.parentElement?.textContent?.trim().slice(0, NAME_LETTERS);
				node.setAttribute('aria-label', words || '…');
			}
		}
	});
	return made;
}

function classesOf(node: Element, value: string): string {
	const formula = /(?:^|\s)katex/.test(value) || node.closest('.katex') !== null;
	return value
		.split(/\s+/)
		.filter((name) => CLASSES.test(name) || (formula && FORMULA.test(name)))
		.join(' ');
}

function hardenLink(link: Element) {
	const href = link.getAttribute('href') ?? '';
	if (href.startsWith('#') || /^\/(?!\/)/.test(href)) return;
	link.setAttribute('target', '_blank');
	link.setAttribute('rel', 'noopener noreferrer nofollow');
}

/** A picture on another host would tell that host what is being read. It becomes a link. */
function replaceRemoteImage(image: HTMLImageElement) {
	const src = image.getAttribute('src') ?? '';
	if (/^\/(?!\/)/.test(src) || src.startsWith('data:image/')) {
		image.setAttribute('loading', 'lazy');
		return;
	}
	const link = document.createElement('a');
	link.setAttribute('href', src);
	link.textContent = image.getAttribute('alt') || src;
	hardenLink(link);
	image.replaceWith(link);
}

function purify(html: string): DocumentFragment {
	purifier ??= makePurifier();
	return purifier.sanitize(html, {
		ALLOWED_TAGS: TAGS.split(' '),
		ALLOWED_ATTR: ATTRIBUTES.split(' '),
		ALLOW_DATA_ATTR: false,
		ALLOW_ARIA_ATTR: false,
		RETURN_DOM_FRAGMENT: true
	});
}

/** What has been cleaned lately: scrolling back and forth must not clean it again. */
const cleaned = new Map<string, DocumentFragment>();
const CACHED_LENGTH = 1_000_000;
let cachedLength = 0;

function remember(html: string, fragment: DocumentFragment) {
	cleaned.set(html, fragment);
	cachedLength += html.length;
	for (const oldest of cleaned.keys()) {
		if (cachedLength <= CACHED_LENGTH) break;
		cleaned.delete(oldest);
		cachedLength -= oldest.length;
	}
}

/**
 * HTML made harmless, as elements.
 * @param keep it will probably be shown again
 */
export function sanitize(html: string, keep = false): DocumentFragment {
	const known = cleaned.get(html);
	const fragment = known ?? purify(html);
	if (keep && !known) remember(html, fragment);
	// What is remembered must not be moved into the page.
	const copy = known || keep ? (fragment.cloneNode(true) as DocumentFragment) : fragment;
	for (const element of copy.querySelectorAll<HTMLElement>('[data-style]')) {
		element.style.cssText = element.dataset.style!;
		delete element.dataset.style;
	}
	return copy;
}
