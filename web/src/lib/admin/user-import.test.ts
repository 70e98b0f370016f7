import { describe, expect, it } from 'vitest';
import { readAccounts } from './user-import';

describe('readAccounts', () => {
	it('reads columns by their names, in any order', () => {
		expect(readAccounts('Role,Email,Name,Password\nUser, A@X.org ,Ann,p w ')).toEqual([
			{ line: 2, name: 'Ann', email: 'a@x.org', password: 'p w ', role: 'user', problem: undefined }
		]);
	});

	it('reads lines without a heading, and lets accounts without a role wait', () => {
		expect(readAccounts('Ann,a@x.org,secret')).toEqual([
			{
				line: 1,
				name: 'Ann',
				email: 'a@x.org',
				password: 'secret',
				role: 'pending',
				problem: undefined
			}
		]);
	});

	it('says what is wrong with each line', () => {
		const lines = [
			',a@x.org,p,user',
			'B,nowhere,p,user',
			'C,c@x.org,,user',
			`D,d@x.org,${'é'.repeat(37)},user`,
			'E,e@x.org,p,owner',
			'F,f@x.org,p,admin',
			'G,F@x.org,p,user'
		].join('\n');
		expect(readAccounts(lines).map((line) => line.problem)).toEqual([
			'name',
			'email',
			'password',
			'passwordLong',
			'role',
			undefined,
			'duplicate'
		]);
	});
});
