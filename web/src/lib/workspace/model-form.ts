/** A model as people edit it, and as it is kept. What the editor does not know stays as it was. */
import type { AccessControl } from '$lib/access';
import type { ModelBody, ModelRow } from '$lib/api/workspace';
import { compact, type Params } from '$lib/chat/params';
import { slug } from '$lib/slug';
import { readSuggestions, type Suggestion } from '$lib/suggestions';

export const NO_PICTURE = '/static/favicon.png';

/** What models can do, as far as the interface has to know. All of it counts as given until it is denied. */
export const CAPABILITIES = [
	'vision',
	'file_upload',
	'citations',
	'status_updates',
	'usage'
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Missing means able, but for what costs every answer something. */
const UNLESS_ASKED: ReadonlySet<string> = new Set<Capability>(['usage']);

export interface ModelForm {
	id: string;
	/** Null for settings on a server's own model. */
	base: string | null;
	name: string;
	description: string;
	/** A data URL, a path, or empty for none. */
	picture: string;
	tags: string[];
	system: string;
	params: Params;
	/** Null shows those of the server. */
	suggestions: Suggestion[] | null;
	capabilities: Record<Capability, boolean>;
	access: AccessControl;
	active: boolean;
	hidden: boolean;
}

export function emptyForm(base: string | null = ''): ModelForm {
	return {
		id: '',
		base,
		name: '',
		description: '',
		picture: '',
		tags: [],
		system: '',
		params: {},
		suggestions: null,
		capabilities: capabilitiesOf(undefined),
		// A new thing is its maker's alone until it is shared.
		access: {},
		active: true,
		hidden: false
	};
}

function capabilitiesOf(kept: unknown): Record<Capability, boolean> {
	const source = (kept ?? {}) as Record<string, unknown>;
	return Object.fromEntries(
		CAPABILITIES.map((key) => {
			const value = source[key];
			return [key, typeof value === 'boolean' ? value : !UNLESS_ASKED.has(key)];
		})
	) as Record<Capability, boolean>;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function formOf(row: ModelRow): ModelForm {
	const { meta } = row;
	const { system, ...params } = row.params ?? {};
	const picture = textOf(meta.profile_image_url);
	const tags = Array.isArray(meta.tags) ? (meta.tags as { name?: unknown }[]) : [];
	return {
		id: row.id,
		base: row.base_model_id,
		name: row.name,
		description: textOf(meta.description),
		picture: picture === NO_PICTURE ? '' : picture,
		tags: tags.map((tag) => textOf(tag?.name)).filter(Boolean),
		system: textOf(system),
		params: compact(params),
		suggestions: meta.suggestion_prompts ? readSuggestions(meta.suggestion_prompts) : null,
		capabilities: capabilitiesOf(meta.capabilities),
		access: row.access_control,
		active: row.is_active,
		hidden: meta.hidden === true
	};
}

/** What is sent: the form over what was kept before. */
export function bodyOf(form: ModelForm, before?: ModelRow): ModelBody {
	const meta: Record<string, unknown> = {
		...before?.meta,
		profile_image_url: form.picture || NO_PICTURE,
		description: form.description.trim() || null,
		capabilities: {
			...(before?.meta.capabilities as Record<string, boolean> | undefined),
			...form.capabilities
		},
		tags: form.tags.map((name) => ({ name })),
		suggestion_prompts: form.suggestions?.filter(({ content }) => content.trim()) ?? null,
		hidden: form.hidden
	};
	if (!form.hidden && before?.meta.hidden === undefined) delete meta.hidden;
	const params: Record<string, unknown> = { ...compact(form.params) };
	if (form.system.trim()) params.system = form.system;
	return {
		id: form.id.trim(),
		base_model_id: form.base,
		name: form.name.trim(),
		params,
		meta,
		access_control: form.access,
		is_active: form.active
	};
}

/** Which fields differ. */
export function changes(form: ModelForm, before: ModelForm): (keyof ModelForm)[] {
	return (Object.keys(form) as (keyof ModelForm)[]).filter(
		(key) => JSON.stringify(form[key]) !== JSON.stringify(before[key])
	);
}

/** A copy of a model for somebody new: another id and name, private. */
export function copyOf(form: ModelForm, name: string, taken: (id: string) => boolean): ModelForm {
	const stem = `${form.id}-copy`;
	let id = stem;
	for (let n = 2; taken(id); n += 1) id = `${stem}-${n}`;
	return { ...structuredClone(form), id, name, access: {} };
}

/** The id a model would get by its name. Ids may not be empty, so names without letters need one by hand. */
export const idFor = (name: string): string => slug(name);

/** The models in a file: a list, or one alone. Undefined when it holds none. */
export function readModelFile(text: string): Record<string, unknown>[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	const list = Array.isArray(value) ? value : [value];
	const models = list
		// Files of the community site hold the model one level down.
		.map((entry: { info?: unknown } | null) => entry?.info ?? entry)
		.filter(
			(entry): entry is Record<string, unknown> =>
				typeof entry === 'object' &&
				entry !== null &&
				typeof (entry as { id?: unknown }).id === 'string'
		);
	return models.length ? models : undefined;
}
