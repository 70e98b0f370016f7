/** The question that is being edited. At most one, also when it was begun from the keyboard. */
class Editing {
	id = $state<string | null>(null);
}

export const editing = new Editing();
