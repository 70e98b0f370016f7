import { describe, expect, it } from 'vitest';
import {
	INTERFACE,
	chosen,
	isOn,
	switched,
	type ChoiceOption,
	type SwitchOption
} from './interface-options';

const all = INTERFACE.flatMap((group) => group.options);
const find = (key: string) => all.find((option) => option.key === key)!;

describe('options of the interface', () => {
	it('stand there once each', () => {
		expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
	});

	it('have their usual value until somebody decides', () => {
		const tags = find('autoTags') as SwitchOption;
		expect(isOn({}, tags)).toBe(true);
		expect(isOn({ autoTags: false }, tags)).toBe(false);
		expect(isOn({ autoTags: null as never }, tags)).toBe(true);
	});

	it('keep the switch for titles where the contract has it, beside what is there', () => {
		const title = find('title') as SwitchOption;
		const ui = { title: { auto: true, model: 'x' } as { auto: boolean } };
		expect(switched(ui, title, false)).toEqual({ title: { auto: false, model: 'x' } });
		expect(isOn({ title: { auto: false } }, title)).toBe(false);
	});

	it('fall back when a choice is unknown', () => {
		const direction = find('chatDirection') as ChoiceOption;
		expect(chosen({ chatDirection: 'RTL' }, direction)).toBe('RTL');
		expect(chosen({ chatDirection: 'up' as never }, direction)).toBe('auto');
	});
});
