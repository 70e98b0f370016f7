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
	/** The column of a turn that several models answer. */
	modelIdx?: number;
	done?: boolean;
	/** The server that wrote this answer stopped before it was complete. */
	interrupted?: boolean;
	/** `true` is a legacy form whose text stands in `content`. */
	error?: { content: unknown } | boolean;
	followUps?: string[];
	statusHistory?: Status[];
	/** Legacy form of `statusHistory`. */
	status?: Status;
	sources?: unknown[];
	files?: Attachment[];
	embeds?: unknown[];
	usage?: unknown;
	/** Legacy form of `usage`. */
	info?: unknown;
	/** The text before a person or a filter changed it. */
	originalContent?: string;
	/** One answer made out of all answers of the turn. */
	merged?: { status: boolean; content: string };
	annotation?: Annotation;
	feedbackId?: string;
	code_executions?: CodeExecution[];
	[key: string]: unknown;
}

/** What a person thinks of an answer. */
export interface Annotation {
	/** 1 for good, -1 for bad. */
	rating?: number;
	reason?: string;
	comment?: string;
	tags?: string[];
	/** The finer rating, 1 to 10. */
	details?: { rating?: number };
}

/** Code that a tool ran while it answered. */
export interface CodeExecution {
	id: string;
	name?: string;
	code?: string;
	language?: string;
	result?: { output?: string; error?: string; files?: { name?: string; url?: string }[] };
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
	items?: { title?: string; link?: string }[];
	count?: number;
	[key: string]: unknown;
}

/** Something that goes along with a message or a chat. */
export interface Attachment {
	type: 'image' | 'file' | 'text' | 'note' | 'chat' | 'folder' | 'collection' | string;
	id?: string;
	name?: string;
	/** Of a picture: the id of an uploaded file, an address on this server, or a data URL. */
	url?: string;
	size?: number;
	content_type?: string;
	/** `full`: the whole text is given to the model. */
	context?: string;
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
