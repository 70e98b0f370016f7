import { describe, expect, it } from 'vitest';
import { parseCsv, writeCsv } from './csv';

describe('parseCsv', () => {
	it('reads quotes, line ends of every kind and a byte order mark', () => {
		expect(parseCsv('\uFEFFname,email\r\n"Doe, ""J""",j@x.org\r"two\nlines",b\n\n')).toEqual([
			['name', 'email'],
			['Doe, "J"', 'j@x.org'],
			['two\nlines', 'b']
		]);
	});

	it('finds the separator that spreadsheets of other countries use', () => {
		expect(parseCsv('name;email\nA, B;a@x.org')).toEqual([
			['name', 'email'],
			['A, B', 'a@x.org']
		]);
		expect(parseCsv('a\tb')).toEqual([['a', 'b']]);
	});

	it('gives nothing for nothing', () => {
		expect(parseCsv(' \n\n')).toEqual([]);
	});
});

describe('writeCsv', () => {
	it('quotes what needs it and disarms formulas', () => {
		expect(
			writeCsv([
				['a', 'b "c"', null],
				['=1+1', 'x,y', 3]
			])
		).toBe('a,"b ""c""",\r\n\'=1+1,"x,y",3\r\n');
	});

	it('is read back as it was', () => {
		const rows = [['Name', 'x "y", z\nnext', '']];
		expect(parseCsv(writeCsv(rows))).toEqual(rows);
	});
});
