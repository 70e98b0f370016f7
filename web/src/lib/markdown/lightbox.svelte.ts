/** The picture that is looked at in full. One for the whole page. */
export interface Picture {
	src: string;
	name: string;
}

class Lightbox {
	picture = $state.raw<Picture | null>(null);

	open(picture: Picture) {
		this.picture = picture;
	}
	close() {
		this.picture = null;
	}
}

export const lightbox = new Lightbox();
