/** What administrators say a model can do. What is not said counts as able. */
import type { Model } from '$lib/api/types';

export type Ability = 'vision' | 'file_upload' | 'citations' | 'status_updates';

export const lacks = (model: Model | undefined, ability: Ability): boolean =>
	model?.info?.meta?.capabilities?.[ability] === false;
