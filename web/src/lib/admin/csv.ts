/** Tables as text: comma-separated values, as spreadsheets write and read them. */

const BYTE_ORDER_MARK = '\uFEFF';
const SEPARATORS = [',', ';', '\t'];

/** The separator of a file: the one its first line holds most of, outside quotes. */
function separatorOf(text: string): string {
	const end = text.search(/[\r\n]/);
	const line = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '');
	const count = (separator: string) => line.split(separator).length;
	return SEPARATORS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** The cells of each line. Empty lines are left out; quoted cells may hold separators and line ends. */
export function parseCsv(source: string): string[][] {
	const text = source.startsWith(BYTE_ORDER_MARK) ? source.slice(1) : source;
	const separator = separatorOf(text);
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = '';
	let quoted = false;

	const endRow = () => {
		row.push(cell);
		if (row.some((value) => value.trim() !== '')) rows.push(row);
		row = [];
		cell = '';
	};
	for (let i = 0; i < text.length; i += 1) {
		const char = text[i]!;
		if (quoted) {
			if (char !== '"') cell += char;
			else if (text[i + 1] === '"') cell += text[++i];
			else quoted = false;
		} else if (char === '"' && cell === '') quoted = true;
		else if (char === separator) {
			row.push(cell);
			cell = '';
		} else if (char === '\n') endRow();
		else if (char !== '\r') cell += char;
		else if (text[i + 1] !== '\n') endRow();
	}
	endRow();
	return rows;
}

/**
 * Writes a table. Spreadsheets run cells that begin like a formula, and names are typed by anybody, so such
 * cells get a leading apostrophe.
 */
export function writeCsv(rows: (string | number | null | undefined)[][]): string {
	const cell = (value: string | number | null | undefined): string => {
		if (typeof value === 'number') return String(value);
		const text = value ?? '';
		const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
		return /["\r\n,;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
	};
	return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
