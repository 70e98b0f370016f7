import { expect, it } from 'vitest';
import { quoteOf, withQuote } from './quote';

it('quotes a passage line by line', () => {
	expect(quoteOf('  one\n\ntwo ')).toBe('> one\n>\n> two\n\n');
	expect(withQuote('', '> a\n\n')).toBe('> a\n\n');
	expect(withQuote('Mine \n', '> a\n\n')).toBe('Mine\n\n> a\n\n');
});
