import { expect, it } from 'vitest';
import { ownPicture } from './pictures';

it('shows data and own paths only', () => {
	expect(
		[
			'data:image/png;base64,AA',
			'/static/x.png',
			'/static/favicon.png',
			'https://example.com/a.png',
			'//example.com/a.png',
			'data:text/html,x',
			null
		].map(ownPicture)
	).toEqual(['data:image/png;base64,AA', '/static/x.png', '', '', '', '', '']);
});
