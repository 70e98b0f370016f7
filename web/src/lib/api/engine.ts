/** The models that run in the server itself, for administrators. */
import { client, read } from './client';

export interface EngineStatus {
	/** Index for the calls of `ollama.ts`; null when models cannot run there. */
	index: number | null;
	/** Why they cannot. */
	reason: string | null;
	/** What to pull to begin with. */
	starter: string;
}

export const engineStatus = () => read<EngineStatus>(client.GET('/api/v1/transom/engine' as never));
