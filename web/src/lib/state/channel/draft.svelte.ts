/** What somebody is writing in a channel: text with mentions, and files. */
import { content, typed, type Typed } from '$lib/channels/mentions';
import { filesOf } from '$lib/chat/dropped';
import { Attached } from '../attached.svelte';
import { drafts } from '../drafts';
import type { Written } from './talk.svelte';

export class MessageDraft {
	value = $state.raw<Typed>({ text: '', mentions: [] });
	readonly files = new Attached(() => this.keep());
	readonly ready = $derived(
		!this.files.uploading && (this.value.text.trim() !== '' || this.files.good.length > 0)
	);

	/** @param key under which it is kept; without one it lives as long as the page */
	constructor(
		private readonly key?: string,
		start?: Written
	) {
		const { text, files } =
			start || !key ? { text: start?.content ?? '', files: start?.files ?? [] } : drafts.get(key);
		this.value = typed(text);
		this.files.list = files;
	}

	keep() {
		if (this.key) drafts.set(this.key, { text: content(this.value), files: this.files.list });
	}

	/** Takes out what is to be sent. */
	take(): Written {
		const written = this.written;
		this.value = { text: '', mentions: [] };
		this.files.list = [];
		this.keep();
		return written;
	}

	get written(): Written {
		return { content: content(this.value).trim(), files: this.files.good };
	}

	/** People read files themselves: nobody has to wait until the server has. */
	addFiles = (files: File[]) => this.files.add(files, [], { forModels: false });

	async paste(event: ClipboardEvent): Promise<void> {
		const data = event.clipboardData;
		if (!data?.files.length) return;
		event.preventDefault();
		await this.addFiles(await filesOf(data));
	}
}
