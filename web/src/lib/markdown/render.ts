/** Markdown tokens to HTML text, and the one function that makes such text safe to show. */
import DOMPurify from 'dompurify';
import { marked, type Token } from 'marked';

marked.use({
	gfm: true,
	breaks: false,
	renderer: {
		table(token) {
			const row = (cells: { text: string }[], tag: 'th' | 'td') =>
				`<tr>${cells
					.map((cell, i) => {
						const align = token.align[i];
						const attribute = align ? ` align="${align}"` : '';
						const inner = this.parser.parseInline(
							(cell as { tokens: Token[] } & typeof cell).tokens
						);
						return `<${tag}${attribute}>${inner}</${tag}>`;
					})
					.join('')}</tr>`;
			const body = token.rows.map((r) => row(r, 'td')).join('');
			return `<div class="table-wrap" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>`;
		}
	}
});

export const toHtml = (tokens: Token[]): string => marked.parser(tokens);
export const inlineToHtml = (tokens: Token[]): string => marked.Parser.parseInline(tokens);

const ALLOWED_TAGS = (
	'a abbr b blockquote br code del details div em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ' +
	'ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul'
).split(' ');
const ALLOWED_ATTR =
	'href title alt src class align start checked disabled type colspan rowspan open tabindex'.split(
		' '
	);

let hooked = false;

function addHooks() {
	hooked = true;
	DOMPurify.addHook('afterSanitizeAttributes', (node) => {
		if (node.tagName === 'A') hardenLink(node);
		else if (node.tagName === 'IMG') replaceRemoteImage(node as HTMLImageElement);
		else if (node.tagName === 'INPUT') {
			if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '');
			else node.remove();
		}
	});
}

function hardenLink(link: Element) {
	const href = link.getAttribute('href') ?? '';
	if (href.startsWith('#') || href.startsWith('/')) return;
	link.setAttribute('target', '_blank');
	link.setAttribute('rel', 'noopener noreferrer nofollow');
}

/** A picture on another host would tell that host what is being read. It becomes a link. */
function replaceRemoteImage(image: HTMLImageElement) {
	const src = image.getAttribute('src') ?? '';
	if (/^\/(?!\/)/.test(src) || src.startsWith('data:image/')) return;
	const link = document.createElement('a');
	link.setAttribute('href', src);
	link.textContent = image.getAttribute('alt') || src;
	hardenLink(link);
	image.replaceWith(link);
}

/** The sanitising gate. Only SafeHtml.svelte shows its result. */
export function sanitize(html: string): string {
	if (!hooked) addHooks();
	return DOMPurify.sanitize(html, {
		ALLOWED_TAGS,
		ALLOWED_ATTR,
		ALLOW_DATA_ATTR: false,
		ALLOW_ARIA_ATTR: false
	});
}
