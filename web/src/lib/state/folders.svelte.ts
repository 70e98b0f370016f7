/** The folders of the person's chats. */
import * as api from '$lib/api/folders';
import { folderTree, isWithin } from '$lib/chat/folder-tree';
import { chats } from './chats.svelte';

class Folders {
	all = $state.raw<api.FolderSummary[]>([]);
	loaded = $state(false);
	readonly tree = $derived(folderTree(this.all));

	get = (id: string | null | undefined) => this.all.find((f) => f.id === id);

	async load() {
		this.all = await api.listFolders();
		this.loaded = true;
		for (const folder of this.all)
			if (folder.is_expanded && !chats.inFolder[folder.id]) void chats.loadFolder(folder.id);
	}

	reset() {
		this.all = [];
		this.loaded = false;
	}

	#patch(id: string, patch: Partial<api.FolderSummary>) {
		this.all = this.all.map((f) => (f.id === id ? { ...f, ...patch } : f));
	}

	/** A name that is free beside the folders of a place: the wish, or the wish with a number. */
	freeName(wish: string, parent: string | null): string {
		const taken = new Set(
			this.all.filter((f) => f.parent_id === parent).map((f) => f.name.toLowerCase())
		);
		for (let n = 1; ; n += 1) {
			const name = n === 1 ? wish : `${wish} ${n}`;
			if (!taken.has(name.toLowerCase())) return name;
		}
	}

	async create(wish: string, parent: string | null = null): Promise<api.Folder> {
		const name = this.freeName(wish, parent);
		// The contract makes folders at the top only, where the name may be taken.
		let folder = await api.createFolder(this.freeName(name, null));
		if (parent) {
			folder = await api.setFolderParent(folder.id, parent);
			if (folder.name !== name) folder = await api.updateFolder(folder.id, { name });
			await this.setExpanded(parent, true);
		}
		this.all = [...this.all, folder];
		return folder;
	}

	async update(id: string, patch: api.FolderPatch): Promise<api.Folder> {
		const folder = await api.updateFolder(id, patch);
		this.#patch(id, { name: folder.name, meta: folder.meta });
		return folder;
	}

	/** Opens or closes a folder in the list at once; the server hears of it for the next visit. */
	async setExpanded(id: string, is_expanded: boolean) {
		this.#patch(id, { is_expanded });
		if (is_expanded && !chats.inFolder[id]) void chats.loadFolder(id);
		await api.setFolderExpanded(id, is_expanded);
	}

	mayMove = (id: string, parent: string | null): boolean =>
		!parent || !isWithin(this.all, parent, id);

	async move(id: string, parent: string | null) {
		if (this.get(id)?.parent_id === parent || !this.mayMove(id, parent)) return;
		await api.setFolderParent(id, parent);
		this.#patch(id, { parent_id: parent });
		if (parent) await this.setExpanded(parent, true);
	}

	async remove(id: string, withContents: boolean) {
		await api.deleteFolder(id, withContents);
		const gone = this.all.filter((f) => isWithin(this.all, f.id, id));
		this.all = this.all.filter((f) => !gone.includes(f));
		for (const folder of gone) chats.forgetFolder(folder.id);
		await Promise.all([this.load(), chats.refresh()]);
	}
}

export const folders = new Folders();
