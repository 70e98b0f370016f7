/** Which settings stand on which page, under which words. What this version does not act on is left out there. */
import { msg, type MessageKey } from '$lib/i18n/index.svelte';
import { AUDIO } from './settings-audio';

/** How a setting is edited, where its type does not say enough. */
export type Control = 'lines' | 'template' | 'model' | 'group' | 'role' | 'locale';

export interface FieldSpec {
	name: string;
	label: MessageKey;
	about?: MessageKey;
	control?: Control;
	/** Words for the values to choose from. Those without words are shown only while they are chosen. */
	choices?: Record<string, MessageKey>;
	/** Only shown while this switch is on, or this setting has one of these values. */
	when?: string | Condition;
}

export interface Condition {
	name: string;
	is: readonly string[];
}

export interface SectionSpec {
	title: MessageKey;
	about?: MessageKey;
	fields: FieldSpec[];
}

export type FormTab = 'general' | 'interface' | 'audio' | 'evaluations' | 'authentication';

const GENERAL: SectionSpec[] = [
	{
		title: msg('admin.set.accounts'),
		fields: [
			{
				name: 'ENABLE_SIGNUP',
				label: msg('admin.set.signup'),
				about: msg('admin.set.signupAbout')
			},
			{
				name: 'ENABLE_LOGIN_FORM',
				label: msg('admin.set.loginForm'),
				about: msg('admin.set.loginFormAbout')
			},
			{
				name: 'DEFAULT_USER_ROLE',
				label: msg('admin.set.defaultRole'),
				about: msg('admin.set.defaultRoleAbout'),
				control: 'role'
			},
			{
				name: 'DEFAULT_GROUP_ID',
				label: msg('admin.set.defaultGroup'),
				about: msg('admin.set.defaultGroupAbout'),
				control: 'group'
			},
			{
				name: 'JWT_EXPIRES_IN',
				label: msg('admin.set.session'),
				about: msg('admin.set.sessionAbout')
			}
		]
	},
	{
		title: msg('admin.set.waiting'),
		about: msg('admin.set.waitingAbout'),
		fields: [
			{ name: 'PENDING_USER_OVERLAY_TITLE', label: msg('admin.set.pendingTitle') },
			{
				name: 'PENDING_USER_OVERLAY_CONTENT',
				label: msg('admin.set.pendingText'),
				control: 'lines'
			},
			{
				name: 'SHOW_ADMIN_DETAILS',
				label: msg('admin.set.showAdmin'),
				about: msg('admin.set.showAdminAbout')
			},
			{
				name: 'ADMIN_EMAIL',
				label: msg('admin.set.adminEmail'),
				about: msg('admin.set.adminEmailAbout'),
				when: 'SHOW_ADMIN_DETAILS'
			}
		]
	},
	{
		title: msg('admin.set.apiKeys'),
		fields: [
			{
				name: 'ENABLE_API_KEYS',
				label: msg('admin.set.apiKeysOn'),
				about: msg('admin.set.apiKeysAbout')
			},
			{
				name: 'ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS',
				label: msg('admin.set.apiKeysLimit'),
				when: 'ENABLE_API_KEYS'
			},
			{
				name: 'API_KEYS_ALLOWED_ENDPOINTS',
				label: msg('admin.set.apiKeysPaths'),
				about: msg('admin.set.apiKeysPathsAbout'),
				when: 'ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS'
			}
		]
	},
	{
		title: msg('admin.set.features'),
		fields: [
			{ name: 'ENABLE_FOLDERS', label: msg('admin.set.folders') },
			{ name: 'ENABLE_NOTES', label: msg('admin.set.notes') },
			{ name: 'ENABLE_CHANNELS', label: msg('admin.set.channels') },
			{ name: 'ENABLE_MEMORIES', label: msg('admin.set.memories') },
			{ name: 'ENABLE_USER_STATUS', label: msg('admin.set.status') },
			{ name: 'ENABLE_MESSAGE_RATING', label: msg('admin.set.rating') },
			{
				name: 'ENABLE_COMMUNITY_SHARING',
				label: msg('admin.set.community'),
				about: msg('admin.set.communityAbout')
			},
			{ name: 'ENABLE_USER_WEBHOOKS', label: msg('admin.set.userWebhooks') },
			{
				name: 'RESPONSE_WATERMARK',
				label: msg('admin.set.watermark'),
				about: msg('admin.set.watermarkAbout'),
				control: 'lines'
			}
		]
	},
	{
		title: msg('admin.set.files'),
		fields: [
			{
				name: 'RAG_FILE_MAX_SIZE',
				label: msg('admin.set.fileSize'),
				about: msg('admin.set.noLimit')
			},
			{
				name: 'RAG_FILE_MAX_COUNT',
				label: msg('admin.set.fileCount'),
				about: msg('admin.set.noLimit')
			},
			{
				name: 'RAG_ALLOWED_FILE_EXTENSIONS',
				label: msg('admin.set.fileKinds'),
				about: msg('admin.set.fileKindsAbout')
			}
		]
	},
	{
		title: msg('admin.set.server'),
		fields: [
			{
				name: 'WEBUI_URL',
				label: msg('admin.set.url'),
				about: msg('admin.set.urlAbout')
			},
			{
				name: 'WEBHOOK_URL',
				label: msg('admin.set.webhook'),
				about: msg('admin.set.webhookAbout')
			},
			{
				name: 'DEFAULT_LOCALE',
				label: msg('admin.set.locale'),
				about: msg('admin.set.localeAbout'),
				control: 'locale'
			}
		]
	}
];

const INTERFACE: SectionSpec[] = [
	{
		title: msg('admin.set.taskModels'),
		about: msg('admin.set.taskModelsAbout'),
		fields: [
			{ name: 'TASK_MODEL', label: msg('admin.set.taskLocal'), control: 'model' },
			{ name: 'TASK_MODEL_EXTERNAL', label: msg('admin.set.taskExternal'), control: 'model' }
		]
	},
	{
		title: msg('admin.set.tasks'),
		fields: [
			{ name: 'ENABLE_TITLE_GENERATION', label: msg('admin.set.titles') },
			{
				name: 'TITLE_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.titlesPrompt'),
				control: 'template',
				when: 'ENABLE_TITLE_GENERATION'
			},
			{ name: 'ENABLE_TAGS_GENERATION', label: msg('admin.set.tags') },
			{
				name: 'TAGS_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.tagsPrompt'),
				control: 'template',
				when: 'ENABLE_TAGS_GENERATION'
			},
			{ name: 'ENABLE_FOLLOW_UP_GENERATION', label: msg('admin.set.followUps') },
			{
				name: 'FOLLOW_UP_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.followUpsPrompt'),
				control: 'template',
				when: 'ENABLE_FOLLOW_UP_GENERATION'
			},
			{
				name: 'ENABLE_AUTOCOMPLETE_GENERATION',
				label: msg('admin.set.autocomplete'),
				about: msg('admin.set.autocompleteAbout')
			},
			{
				name: 'AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH',
				label: msg('admin.set.autocompleteMax'),
				about: msg('admin.set.autocompleteMaxAbout'),
				when: 'ENABLE_AUTOCOMPLETE_GENERATION'
			},
			{
				name: 'AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.autocompletePrompt'),
				control: 'template',
				when: 'ENABLE_AUTOCOMPLETE_GENERATION'
			}
		]
	},
	{
		title: msg('admin.set.queries'),
		about: msg('admin.set.queriesAbout'),
		fields: [
			{ name: 'ENABLE_SEARCH_QUERY_GENERATION', label: msg('admin.set.searchQueries') },
			{ name: 'ENABLE_RETRIEVAL_QUERY_GENERATION', label: msg('admin.set.retrievalQueries') },
			{
				name: 'QUERY_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.queriesPrompt'),
				control: 'template'
			},
			{
				name: 'IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE',
				label: msg('admin.set.imagePrompt'),
				control: 'template'
			},
			{
				name: 'TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE',
				label: msg('admin.set.toolsPrompt'),
				control: 'template'
			},
			{
				name: 'VOICE_MODE_PROMPT_TEMPLATE',
				label: msg('admin.set.voicePrompt'),
				control: 'template'
			}
		]
	}
];

const EVALUATIONS: SectionSpec[] = [
	{
		title: msg('admin.set.arena'),
		fields: [
			{
				name: 'ENABLE_EVALUATION_ARENA_MODELS',
				label: msg('admin.set.arenaOn'),
				about: msg('admin.set.arenaAbout')
			}
		]
	}
];

const AUTHENTICATION: SectionSpec[] = [
	{
		title: msg('admin.set.ldap'),
		fields: [
			{ name: 'ENABLE_LDAP', label: msg('admin.set.ldapOn') },
			{ name: 'LDAP_SERVER_LABEL', label: msg('admin.set.ldapLabel'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_SERVER_HOST', label: msg('admin.set.ldapHost'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_SERVER_PORT', label: msg('admin.set.ldapPort'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_USE_TLS', label: msg('admin.set.ldapTls'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_VALIDATE_CERT', label: msg('admin.set.ldapValidate'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_CA_CERT_FILE', label: msg('admin.set.ldapCa'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_CIPHERS', label: msg('admin.set.ldapCiphers'), when: 'ENABLE_LDAP' },
			{
				name: 'LDAP_APP_DN',
				label: msg('admin.set.ldapAppDn'),
				about: msg('admin.set.ldapAppDnAbout'),
				when: 'ENABLE_LDAP'
			},
			{ name: 'LDAP_APP_PASSWORD', label: msg('admin.set.ldapPassword'), when: 'ENABLE_LDAP' },
			{ name: 'LDAP_SEARCH_BASE', label: msg('admin.set.ldapBase'), when: 'ENABLE_LDAP' },
			{
				name: 'LDAP_SEARCH_FILTER',
				label: msg('admin.set.ldapFilter'),
				about: msg('admin.set.ldapFilterAbout'),
				when: 'ENABLE_LDAP'
			},
			{
				name: 'LDAP_ATTRIBUTE_FOR_USERNAME',
				label: msg('admin.set.ldapUser'),
				when: 'ENABLE_LDAP'
			},
			{ name: 'LDAP_ATTRIBUTE_FOR_MAIL', label: msg('admin.set.ldapMail'), when: 'ENABLE_LDAP' }
		]
	}
];

export const FORM_TABS: Record<FormTab, SectionSpec[]> = {
	general: GENERAL,
	interface: INTERFACE,
	audio: AUDIO,
	evaluations: EVALUATIONS,
	authentication: AUTHENTICATION
};

/** Settings that have an editor of their own on a page. */
const ELSEWHERE: Record<string, string> = {
	WEBUI_BANNERS: 'interface',
	DEFAULT_PROMPT_SUGGESTIONS: 'interface',
	EVALUATION_ARENA_MODELS: 'evaluations',
	ENABLE_OPENAI_API: 'connections',
	OPENAI_API_BASE_URLS: 'connections',
	OPENAI_API_KEYS: 'connections',
	OPENAI_API_CONFIGS: 'connections',
	ENABLE_OLLAMA_API: 'connections',
	OLLAMA_BASE_URLS: 'connections',
	OLLAMA_API_CONFIGS: 'connections',
	ENABLE_DIRECT_CONNECTIONS: 'connections',
	ENABLE_BASE_MODELS_CACHE: 'connections',
	DEFAULT_MODELS: 'models',
	DEFAULT_PINNED_MODELS: 'models',
	MODEL_ORDER_LIST: 'models'
};

const FIELDS = Object.entries(FORM_TABS).flatMap(([tab, sections]) =>
	sections.flatMap((section) => section.fields.map((field) => ({ tab, field })))
);

/** The words for a setting, where it has a place on a page. */
export const fieldOf = (name: string): FieldSpec | undefined =>
	FIELDS.find(({ field }) => field.name === name)?.field;

/** The page on which a setting is edited with care. */
export const tabOf = (name: string): string | undefined =>
	FIELDS.find(({ field }) => field.name === name)?.tab ?? ELSEWHERE[name];

/** All settings of a page, those with editors of their own included. */
export const namesOf = (tab: string): string[] => [
	...FIELDS.filter((entry) => entry.tab === tab).map(({ field }) => field.name),
	...Object.keys(ELSEWHERE).filter((name) => ELSEWHERE[name] === tab)
];
