/** What models shall remember of a person. */
import { client, read } from './client';
import type { components } from './schema';

export type Memory = components['schemas']['MemoryModel'];

const one = (memory_id: string) => ({ params: { path: { memory_id } } });

export const listMemories = () => read<Memory[]>(client.GET('/api/v1/memories/'));
export const addMemory = (content: string) =>
	read<Memory>(client.POST('/api/v1/memories/add', { body: { content } }));
export const updateMemory = (id: string, content: string) =>
	read<Memory>(
		client.POST('/api/v1/memories/{memory_id}/update', { ...one(id), body: { content } })
	);
export const deleteMemory = (id: string) =>
	read<boolean>(client.DELETE('/api/v1/memories/{memory_id}', one(id)));
export const deleteAllMemories = () =>
	read<boolean>(client.DELETE('/api/v1/memories/delete/user', {}));
