import { expect, it } from 'vitest';
import { count } from './count';

it('counts words and characters', () => {
	expect(count('', 'en')).toEqual({ words: 0, characters: 0 });
	expect(count('Two words.\n\nThree more words', 'en')).toEqual({ words: 5, characters: 26 });
	expect(count('你好，世界', 'zh').words).toBe(2);
	expect(count('👍', 'en').characters).toBe(1);
});
