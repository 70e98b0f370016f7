/** The stored chat document, as the server keeps it. Unknown fields are carried along untouched. */

export interface Message {
	id: string;
	parentId: string | null;
	childrenIds: string[];
	role: 'user' | 'assistant' | 'system';
	content: string;
	/** Unix seconds. */
	timestamp: number;
	/** Model ids a user message was sent to. */
	models?: string[];
	model?: string;
	modelName?: string;
	modelIdx?: number;
	done?: boolean;
	/** The server that wrote this answer stopped before it was complete. */
	interrupted?: boolean;
	/** `true` is a legacy form whose text stands in `content`. */
	error?: { content: unknown } | boolean;
	followUps?: string[];
	statusHistory?: Status[];
	sources?: unknown[];
	files?: unknown[];
	embeds?: unknown[];
	usage?: unknown;
	originalContent?: string;
	[key: string]: unknown;
}

/** One line of what the server is doing before or while it answers. */
export interface Status {
	description?: string;
	action?: string;
	done?: boolean;
	hidden?: boolean;
	error?: boolean;
	query?: string;
	queries?: string[];
	urls?: string[];
	count?: number;
	[key: string]: unknown;
}

export interface History {
	currentId: string | null;
	messages: Record<string, Message>;
}

/** An `events` message from the socket. */
export interface ChatEvent {
	chat_id: string | null;
	message_id: string | null;
	data: { type: string; data?: unknown };
}
