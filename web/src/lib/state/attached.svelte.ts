/** Files that go along with what is being written. */
import type { Attachment } from '$lib/chat/types';
import { attach, failed, refusal, type Attaching } from './attaching';
import { toasts } from './toasts.svelte';

export class Attached {
	list = $state.raw<Attachment[]>([]);
	readonly uploading = $derived(this.list.some((file) => file.status === 'uploading'));
	/** Those that can be sent. */
	readonly good = $derived(this.list.filter((file) => !file.error));

	/** @param onChange after each change that somebody has made here */
	constructor(private readonly onChange: () => void) {}

	/** @param models who are to be given them */
	async add(files: File[], models: string[], how: Attaching): Promise<void> {
		if (files.length === 0) return;
		const problem = refusal(files, this.list.length, models);
		if (problem) {
			toasts.show('warning', problem);
			return;
		}
		await Promise.all(files.map((file) => this.#add(file, how)));
	}

	async #add(file: File, how: Attaching) {
		const pending: Attachment = {
			type: file.type.startsWith('image/') ? 'upload' : 'file',
			name: file.name,
			size: file.size,
			status: 'uploading'
		};
		this.list = [...this.list, pending];
		const done = await attach(file, how).catch((error) => failed(pending, error));
		// It may have been taken away, or another chat may be written in, meanwhile.
		if (!this.list.includes(pending)) return;
		this.list = this.list.map((other) => (other === pending ? done : other));
		this.onChange();
	}

	remove(file: Attachment) {
		this.list = this.list.filter((other) => other !== file);
		this.onChange();
	}
}
