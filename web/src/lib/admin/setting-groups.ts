/** The groups in which the server keeps its settings, by their names. */
import { msg, t, type MessageKey } from '$lib/i18n/index.svelte';

const NAMES: Record<string, MessageKey> = {
	core: msg('admin.group.core'),
	auth: msg('admin.group.auth'),
	oauth: msg('admin.group.oauth'),
	ldap: msg('admin.group.ldap'),
	permissions: msg('admin.group.permissions'),
	ui: msg('admin.group.ui'),
	chat: msg('admin.group.chat'),
	tasks: msg('admin.group.tasks'),
	openai: msg('admin.group.openai'),
	ollama: msg('admin.group.ollama'),
	rag: msg('admin.group.rag'),
	vector_db: msg('admin.group.vector_db'),
	web_search: msg('admin.group.web_search'),
	images: msg('admin.group.images'),
	audio: msg('admin.group.audio'),
	code: msg('admin.group.code'),
	storage: msg('admin.group.storage'),
	db: msg('admin.group.db'),
	redis: msg('admin.group.redis'),
	http_client: msg('admin.group.http_client'),
	security_headers: msg('admin.group.security_headers'),
	audit: msg('admin.group.audit'),
	otel: msg('admin.group.otel'),
	transom: msg('admin.group.transom')
};

export const groupName = (group: string): string => {
	const name = NAMES[group];
	return name ? t(name) : group;
};
