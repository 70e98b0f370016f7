/** The file that is looked at. One for the whole page. */
import type { Attachment } from '$lib/chat/types';

class FilePreview {
	file = $state.raw<Attachment | null>(null);

	open(file: Attachment) {
		this.file = file;
	}
	close() {
		this.file = null;
	}
}

export const filePreview = new FilePreview();
