/** Every call the page makes, by name. */
import { client, read } from './client';
import type {
	ChatRecord,
	ChatSummary,
	Config,
	ConnectionSettings,
	Model,
	OllamaConfig,
	OpenAIConfig,
	SessionUser,
	SignedIn
} from './types';

export const getConfig = () => read<Config>(client.GET('/api/config'));

export const session = () => read<SessionUser>(client.GET('/api/v1/auths/'));
export const signIn = (email: string, password: string) =>
	read<SignedIn>(client.POST('/api/v1/auths/signin', { body: { email, password } }));
export const signInLdap = (user: string, password: string) =>
	read<SignedIn>(client.POST('/api/v1/auths/ldap', { body: { user, password } }));
export const signUp = (name: string, email: string, password: string) =>
	read<SignedIn>(
		client.POST('/api/v1/auths/signup', {
			body: { name, email, password, profile_image_url: '/user.png' }
		})
	);
export const signOut = () =>
	read<{ status: boolean; redirect_url?: string }>(client.GET('/api/v1/auths/signout'));
export const adminContact = () =>
	read<{ name?: string; email?: string }>(client.GET('/api/v1/auths/admin/details'));

export const listModels = async (refresh = false) =>
	(await read<{ data: Model[] }>(client.GET('/api/models', { params: { query: { refresh } } })))
		.data;

/** The models of all servers as they are, for administrators. */
export const baseModels = async () =>
	(await read<{ data: Model[] }>(client.GET('/api/models/base'))).data;

export const listChats = (page: number) =>
	read<ChatSummary[]>(
		client.GET('/api/v1/chats/', {
			params: { query: { page, include_pinned: true, include_folders: true } }
		})
	);
export const getChat = (id: string) =>
	read<ChatRecord>(client.GET('/api/v1/chats/{id}', { params: { path: { id } } }));
export const createChat = (chat: Record<string, unknown>, folder_id: string | null = null) =>
	read<ChatRecord>(client.POST('/api/v1/chats/new', { body: { chat, folder_id } }));
export const updateChat = (id: string, chat: Record<string, unknown>) =>
	read<ChatRecord>(client.POST('/api/v1/chats/{id}', { params: { path: { id } }, body: { chat } }));
export const deleteChat = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/chats/{id}', { params: { path: { id } } }));

export const startTurn = (body: Record<string, unknown>) =>
	read<{ status: boolean; task_id: string }>(client.POST('/api/chat/completions', { body }));
export const turnCompleted = (body: Record<string, unknown>) =>
	read<{ messages?: unknown }>(client.POST('/api/chat/completed', { body }));
export const runningTasks = async (chat_id: string) =>
	(
		await read<{ task_ids: string[] }>(
			client.GET('/api/tasks/chat/{chat_id}', { params: { path: { chat_id } } })
		)
	).task_ids;
export const stopTask = (task_id: string) =>
	read<unknown>(client.POST('/api/tasks/stop/{task_id}', { params: { path: { task_id } } }));

export const openaiConfig = () => read<OpenAIConfig>(client.GET('/openai/config'));
export const saveOpenaiConfig = (body: OpenAIConfig) =>
	read<OpenAIConfig>(client.POST('/openai/config/update', { body }));
export const verifyOpenai = (url: string, key: string, config: ConnectionSettings = {}) =>
	read<{ data?: unknown[] } | unknown[]>(
		client.POST('/openai/verify', { body: { url, key, config } })
	);
export const ollamaConfig = () => read<OllamaConfig>(client.GET('/ollama/config'));
export const saveOllamaConfig = (body: OllamaConfig) =>
	read<OllamaConfig>(client.POST('/ollama/config/update', { body }));
export const verifyOllama = (url: string, key: string) =>
	read<{ version?: string }>(client.POST('/ollama/verify', { body: { url, key: key || null } }));
