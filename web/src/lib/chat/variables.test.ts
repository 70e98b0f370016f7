import { describe, expect, it } from 'vitest';
import { fillIn, needsClipboard, variablesOf } from './variables';

describe('variables of a prompt', () => {
	it('are found once each, in order, without those that are known', () => {
		const prompt = 'On {{CURRENT_DATE}} write about {{ topic }} for {{reader}} and {{topic}}.';
		const found = variablesOf(prompt, { '{{CURRENT_DATE}}': '2026-01-01' });
		expect(found.map((v) => [v.name, v.type])).toEqual([
			['topic', 'text'],
			['reader', 'text']
		]);
	});

	it('know their type and properties', () => {
		const prompt =
			'{{lang | select:options=["English","Español: es"]:default="English"}} ' +
			'{{n | number:min=1:max=10:required}} {{note | textarea:placeholder="Say \\"hi\\": now"}}';
		expect(variablesOf(prompt, {})).toEqual([
			expect.objectContaining({
				name: 'lang',
				type: 'select',
				options: ['English', 'Español: es'],
				default: 'English',
				required: false
			}),
			expect.objectContaining({ name: 'n', type: 'number', min: '1', max: '10', required: true }),
			expect.objectContaining({ name: 'note', type: 'textarea', placeholder: 'Say "hi": now' })
		]);
	});

	it('take the definition where there is one, and text for odd types', () => {
		expect(variablesOf('{{a}} {{a | date}}', {})[0]!.type).toBe('date');
		expect(variablesOf('{{a | spaceship:x=1}}', {})[0]!.type).toBe('text');
	});

	it('are none in other braces', () => {
		expect(variablesOf('{a} {{}} {{{b}} function(){ return {x:{y:1}} }', {})).toHaveLength(1);
		expect(variablesOf('', {})).toEqual([]);
	});
});

describe('filling in', () => {
	it('puts values exactly as they are', () => {
		const filled = fillIn('{{a | text:placeholder="x"}} + {{b}} on {{CURRENT_DATE}}', {
			a: '$& {{b}}',
			'{{CURRENT_DATE}}': 'today'
		});
		expect(filled).toBe('$& {{b}} + {{b}} on today');
	});
	it('knows when the clipboard is wanted', () => {
		expect(needsClipboard('{{ CLIPBOARD }}')).toBe(true);
		expect(needsClipboard('CLIPBOARD')).toBe(false);
	});
});
