/**
 * A picture as it may be shown: data, or a path of our own server. Pictures of other hosts are not fetched, since
 * that would tell them who reads here; neither is the contract's sign for "none".
 */
import { NO_PICTURE } from './model-form';

export function ownPicture(url: unknown): string {
	if (typeof url !== 'string' || url === NO_PICTURE || url === '/favicon.png') return '';
	return /^(data:image\/(png|jpeg|gif|webp)[;,]|\/(?!\/))/.test(url) ? url : '';
}
