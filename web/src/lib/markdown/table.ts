/** Tables as other programs want them. */

/** What the cells of a table say, row by row, the head first. */
export const cellsOf = (table: HTMLTableElement): string[][] =>
	[...table.rows].map((row) =>
		[...row.cells].map((cell) => (cell.innerText ?? cell.textContent ?? '').trim())
	);

/** RFC 4180: quotes where they are needed, CRLF between the rows. */
export const toCsv = (rows: string[][]): string =>
	rows
		.map((row) =>
			row
				.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
				.join(',')
		)
		.join('\r\n') + '\r\n';

export function toMarkdown([head = [], ...rows]: string[][]): string {
	const line = (cells: string[]) =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}
