/** Folders as a tree. */
export interface FolderLike {
	id: string;
	name: string;
	parent_id: string | null;
}

export interface FolderNode<F extends FolderLike> {
	folder: F;
	children: FolderNode<F>[];
}

const byName = (a: { folder: FolderLike }, b: { folder: FolderLike }) =>
	a.folder.name.localeCompare(b.folder.name, undefined, { numeric: true, sensitivity: 'base' });

/** Sorted by name. A folder whose parent is missing, or that is its own ancestor, stands at the top. */
export function folderTree<F extends FolderLike>(folders: F[]): FolderNode<F>[] {
	const nodes = new Map(
		folders.map((folder) => [folder.id, { folder, children: [] }]) as [string, FolderNode<F>][]
	);
	const roots: FolderNode<F>[] = [];
	for (const node of nodes.values()) {
		const parent = node.folder.parent_id ? nodes.get(node.folder.parent_id) : undefined;
		if (parent && !isWithin(folders, parent.folder.id, node.folder.id)) parent.children.push(node);
		else roots.push(node);
	}
	for (const node of nodes.values()) node.children.sort(byName);
	return roots.sort(byName);
}

/** The way from the top to a folder, that folder last. */
export function folderPath<F extends FolderLike>(folders: F[], id: string | null): F[] {
	const path: F[] = [];
	const seen = new Set<string>();
	for (let next = id; next && !seen.has(next);) {
		seen.add(next);
		const folder = folders.find((f) => f.id === next);
		if (!folder) break;
		path.unshift(folder);
		next = folder.parent_id;
	}
	return path;
}

/** Whether a folder is another one, or lies somewhere in it. */
export function isWithin(folders: FolderLike[], id: string, other: string): boolean {
	return folderPath(folders, id).some((folder) => folder.id === other);
}

/** All folders, each after its parent, with how deep it lies. */
export function flatten<F extends FolderLike>(
	nodes: FolderNode<F>[],
	depth = 0
): { folder: F; depth: number }[] {
	return nodes.flatMap((node) => [
		{ folder: node.folder, depth },
		...flatten(node.children, depth + 1)
	]);
}
