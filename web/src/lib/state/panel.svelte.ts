/** What stands beside the conversation. One thing at a time. */
export type PanelKind = 'controls' | 'overview' | 'artifact';

class Panel {
	open = $state<PanelKind | null>(null);

	toggle(kind: PanelKind) {
		this.open = this.open === kind ? null : kind;
	}
	close() {
		this.open = null;
	}
}

export const panel = new Panel();
