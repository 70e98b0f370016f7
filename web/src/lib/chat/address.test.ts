import { expect, it } from 'vitest';
import { wishOf } from './address';

it('reads what a bookmark wants', () => {
	expect(wishOf(new URLSearchParams('q=Hi%20there&models=a,b, c&temporary-chat=true'))).toEqual({
		models: ['a', 'b', 'c'],
		question: 'Hi there',
		temporary: true
	});
	expect(wishOf(new URLSearchParams('model=a&temporary-chat=false'))).toEqual({
		models: ['a'],
		question: '',
		temporary: false
	});
	expect(wishOf(new URLSearchParams(''))).toEqual({
		models: [],
		question: '',
		temporary: undefined
	});
});
