/** The page or picture that is run beside the conversation. */
import { artifactOf, artifactsOf, type Artifact } from '$lib/chat/artifacts';
import type { Conversation } from './conversation.svelte';

class Artifacts {
	versions = $state.raw<Artifact[]>([]);
	index = $state(0);
	readonly current = $derived<Artifact | undefined>(this.versions[this.index]);

	/** Shows a piece of code, with the others of the conversation before and after it. */
	show(chat: Conversation, language: string, code: string) {
		const all = artifactsOf(chat.path.map((m) => chat.message(m.id) ?? m));
		const index = all.findLastIndex((a) => a.source === code.replace(/\n$/, ''));
		this.versions = index < 0 ? [artifactOf(language, code)] : all;
		this.index = Math.max(0, index);
	}

	/** The newest of the conversation. False when there is none. */
	showLast(chat: Conversation): boolean {
		this.versions = artifactsOf(chat.path);
		this.index = Math.max(0, this.versions.length - 1);
		return this.versions.length > 0;
	}
}

export const artifacts = new Artifacts();
