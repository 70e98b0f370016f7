/** Shapes of answers that the route description leaves open. */
import type { components } from './schema';

export type SessionUser = components['schemas']['SessionUserInfoResponse'];
export type SignedIn = components['schemas']['SessionUserResponse'];
export type ChatSummary = components['schemas']['ChatTitleIdResponse'];
export type ChatRecord = components['schemas']['ChatResponse'];

export interface PromptSuggestion {
	title?: string | string[];
	content: string;
}

export interface Config {
	status: boolean;
	name: string;
	version: string;
	default_locale?: string;
	/** True only while the server has no account at all. */
	onboarding?: boolean;
	oauth?: { providers: Record<string, string> };
	features: {
		auth: boolean;
		auth_trusted_header?: boolean;
		enable_signup: boolean;
		enable_signup_password_confirmation?: boolean;
		enable_login_form: boolean;
		enable_ldap?: boolean;
		enable_websocket: boolean;
		[feature: string]: unknown;
	};
	/** Comma-separated ids in old settings. */
	default_models?: string | string[] | null;
	default_pinned_models?: string | string[] | null;
	default_prompt_suggestions?: PromptSuggestion[];
	permissions?: Record<string, unknown>;
	file?: {
		/** Megabytes. */
		max_size?: number | null;
		max_count?: number | null;
		image_compression?: { width?: number | null; height?: number | null };
	};
	/** Empty engines: the browser speaks, Whisper in the server listens. */
	audio?: {
		tts?: { engine?: string; voice?: string; split_on?: string };
		stt?: { engine?: string };
	};
	ui?: {
		pending_user_overlay_title?: string;
		response_watermark?: string;
		pending_user_overlay_content?: string;
	};
}

export interface Model {
	id: string;
	name: string;
	owned_by: string;
	connection_type?: string | null;
	urlIdx?: number;
	preset?: boolean;
	arena?: boolean;
	tags?: { name: string }[];
	ollama?: { urls?: number[]; details?: { parameter_size?: string } };
	info?: {
		meta?: {
			description?: string | null;
			hidden?: boolean;
			capabilities?: Record<string, boolean> | null;
		};
	};
	[key: string]: unknown;
}

export interface ConnectionSettings {
	enable?: boolean;
	prefix_id?: string;
	model_ids?: string[];
	[key: string]: unknown;
}

export interface OpenAIConfig {
	ENABLE_OPENAI_API: boolean;
	OPENAI_API_BASE_URLS: string[];
	OPENAI_API_KEYS: string[];
	OPENAI_API_CONFIGS: Record<string, ConnectionSettings>;
}

export interface OllamaConfig {
	ENABLE_OLLAMA_API: boolean;
	OLLAMA_BASE_URLS: string[];
	OLLAMA_API_CONFIGS: Record<string, ConnectionSettings>;
}
