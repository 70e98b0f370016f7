import { describe, expect, it } from 'vitest';
import { codeFileName } from './files';
import { toCsv, toMarkdown } from './table';

const ROWS = [
	['name', 'note'],
	['a|b', 'say "hi", twice'],
	['two\nlines', '']
];

describe('tables', () => {
	it('become CSV', () => {
		expect(toCsv(ROWS)).toBe('name,note\r\na|b,"say ""hi"", twice"\r\n"two\nlines",\r\n');
	});
	it('become Markdown', () => {
		expect(toMarkdown(ROWS)).toBe(
			'| name | note |\n| --- | --- |\n| a\\|b | say "hi", twice |\n| two lines |  |\n'
		);
	});
});

it('names files by their language', () => {
	expect(codeFileName('Rust')).toBe('code.rs');
	expect(codeFileName('dockerfile')).toBe('Dockerfile');
	expect(codeFileName('')).toBe('code.txt');
});
