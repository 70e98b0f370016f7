import { expect, it } from 'vitest';
import { slug } from './slug';

it('makes ids out of names', () => {
	expect(['My Model', '  Crème brûlée! ', 'GPT-4 / fast', '模型', '--a--'].map(slug)).toEqual([
		'my-model',
		'creme-brulee',
		'gpt-4-fast',
		'',
		'a'
	]);
});
