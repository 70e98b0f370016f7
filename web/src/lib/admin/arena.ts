/** Arena models: names behind which one of several models is drawn for each question. */
import type { AccessControl } from '$lib/access';

export interface ArenaModel {
	id: string;
	name: string;
	meta: {
		profile_image_url?: string;
		description?: string;
		/** The models to draw from, or to leave out; none means all. */
		model_ids?: string[] | null;
		filter_mode?: 'include' | 'exclude';
		/** Missing is nobody but administrators here, unlike elsewhere. */
		access_control?: AccessControl;
		[key: string]: unknown;
	};
	[key: string]: unknown;
}

export const newArenaModel = (): ArenaModel => ({
	id: '',
	name: '',
	meta: {
		profile_image_url: '/static/favicon.png',
		description: '',
		model_ids: [],
		filter_mode: 'include',
		access_control: null
	}
});
