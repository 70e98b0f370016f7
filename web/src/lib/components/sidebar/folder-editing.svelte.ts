/** The folder whose name is being changed in the list. */
class FolderEditing {
	id = $state<string | undefined>();
}

export const folderEditing = new FolderEditing();
