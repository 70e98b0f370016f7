import { answers, api, chooseModel, composer, expect, makeChats, signIn, test } from './support';

test('what a model cannot do is neither offered nor shown', async ({ page }) => {
	await signIn(page);
	await api(page, 'POST', '/models/create', {
		id: 'plain',
		name: 'Plain model',
		base_model_id: 'fake-small',
		params: {},
		meta: { capabilities: { file_upload: false, citations: false, status_updates: false } },
		access_control: null,
		is_active: true
	});
	const [id] = await makeChats(page, ['Sources']);
	const record = await api<{ chat: { history: { messages: Record<string, object> } } }>(
		page,
		'GET',
		`/chats/${id}`
	);
	const told = {
		sources: [
			{ source: { name: 'Almanac' }, document: ['Bees sleep.'], metadata: [{ source: 'Almanac' }] }
		],
		statusHistory: [{ description: 'Looking it up', done: true }]
	};
	const say = async (model: string) => {
		const { history } = record.chat;
		Object.assign(history.messages.a!, told, { model });
		await api(page, 'POST', `/chats/${id}`, { chat: { ...record.chat, history } });
		await page.goto('/');
		await page.goto(`/c/${id}`);
		await expect(answers(page)).toContainText('About Sources.');
	};
	await say('fake-small');
	await expect(answers(page)).toContainText('Almanac');
	await expect(answers(page)).toContainText('Looking it up');
	await say('plain');
	await expect(answers(page)).not.toContainText('Almanac');
	await expect(answers(page)).not.toContainText('Looking it up');

	await page.goto('/');
	await expect(composer(page)).toBeVisible();
	await chooseModel(page, 'Plain model');
	await page
		.locator('form input[type=file]')
		.first()
		.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('text') });
	await expect(page.getByText('Plain model takes no files.')).toBeVisible();
	await expect(page.locator('form').getByText('a.txt')).toHaveCount(0);
	await api(page, 'POST', '/models/model/delete', { id: 'plain' });
});
