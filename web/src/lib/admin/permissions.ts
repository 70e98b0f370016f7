/** The tree of permissions, as the server keeps it for everybody and for each group. */

export const BLOCKS = {
	workspace: [
		'models',
		'models_import',
		'models_export',
		'prompts',
		'prompts_import',
		'prompts_export',
		'knowledge',
		'tools',
		'tools_import',
		'tools_export'
	],
	sharing: [
		'models',
		'public_models',
		'prompts',
		'public_prompts',
		'notes',
		'public_notes',
		'knowledge',
		'public_knowledge',
		'tools',
		'public_tools'
	],
	chat: [
		'controls',
		'system_prompt',
		'params',
		'edit',
		'delete_message',
		'continue_response',
		'regenerate_response',
		'rate_response',
		'multiple_models',
		'delete',
		'share',
		'export',
		'temporary',
		'temporary_enforced',
		'file_upload',
		'valves',
		'stt',
		'tts',
		'call'
	],
	features: [
		'folders',
		'notes',
		'channels',
		'api_keys',
		'web_search',
		'image_generation',
		'code_interpreter',
		'direct_tool_servers'
	]
} as const;

export type Block = keyof typeof BLOCKS;
export type PermissionTree = Record<Block, Record<string, boolean>>;
type KeyOf<B extends Block> = `${B}.${(typeof BLOCKS)[B][number]}`;
export type PermissionKey = { [B in Block]: KeyOf<B> }[Block];

export const BLOCK_NAMES = Object.keys(BLOCKS) as Block[];

/** Permissions for functions that this version does not have yet. They are kept, and told apart. */
const LATER: ReadonlySet<string> = new Set<PermissionKey>([
	'workspace.knowledge',
	'workspace.tools',
	'workspace.tools_import',
	'workspace.tools_export',
	'sharing.knowledge',
	'sharing.public_knowledge',
	'sharing.tools',
	'sharing.public_tools',
	'chat.file_upload',
	'chat.valves',
	'chat.stt',
	'chat.tts',
	'chat.call',
	'features.web_search',
	'features.image_generation',
	'features.code_interpreter',
	'features.direct_tool_servers'
]);

export interface Permission {
	id: PermissionKey;
	block: Block;
	key: string;
}

const permissions = (block: Block, later: boolean): Permission[] =>
	BLOCKS[block]
		.map((key) => ({ id: `${block}.${key}` as PermissionKey, block, key }))
		.filter(({ id }) => LATER.has(id) === later);

/** Permissions of a block that this version acts on. */
export const current = (block: Block) => permissions(block, false);
/** Permissions of functions to come, of all blocks. */
export const later = (): Permission[] => BLOCK_NAMES.flatMap((block) => permissions(block, true));

/** A whole tree from whatever is kept: what is missing is not granted, and what we do not know stays. */
export function treeOf(kept: unknown): PermissionTree {
	const source = (kept ?? {}) as Partial<Record<Block, Record<string, boolean> | null>>;
	return Object.fromEntries(
		BLOCK_NAMES.map((block) => [
			block,
			{
				...Object.fromEntries(BLOCKS[block].map((key) => [key, false])),
				...source[block]
			}
		])
	) as PermissionTree;
}

export const isGranted = (tree: PermissionTree, { block, key }: Permission): boolean =>
	tree[block][key] === true;

export const withPermission = (
	tree: PermissionTree,
	{ block, key }: Permission,
	granted: boolean
): PermissionTree => ({ ...tree, [block]: { ...tree[block], [key]: granted } });

/** How many permissions a tree grants. */
export const countGranted = (tree: PermissionTree): number =>
	BLOCK_NAMES.flatMap((block) => Object.values(tree[block])).filter((value) => value === true)
		.length;
