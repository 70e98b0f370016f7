import { expect, it } from 'vitest';
import { withWords } from './insert';

const said = (marked: string, words: string) => {
	const at = marked.indexOf('|');
	const { text, caret } = withWords(marked.replace('|', ''), at, words);
	return `${text.slice(0, caret)}|${text.slice(caret)}`;
};

it('puts words at the caret, with the spaces they need', () => {
	expect(said('|', 'Hello there.')).toBe('Hello there.|');
	expect(said('First.|', 'Then.')).toBe('First. Then.|');
	expect(said('First. |', 'Then.')).toBe('First. Then.|');
	expect(said('Before| after', 'middle')).toBe('Before middle| after');
	expect(said('one |two', 'and')).toBe('one and |two');
	expect(said('(|)', 'aside')).toBe('(aside|)');
	expect(said('line\n|', 'next')).toBe('line\nnext|');
});

it('puts no spaces between words of scripts that have none', () => {
	expect(said('你好|世界', '美丽的')).toBe('你好美丽的|世界');
});
