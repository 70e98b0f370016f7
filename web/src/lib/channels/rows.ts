/** The messages of a channel as rows: days, and who wrote several in a row. */
import type { ChannelMessage } from '$lib/api/channels';
import { seconds } from '$lib/api/channels';

export interface Row {
	/** Stays the same when a message that is being sent gets its id. */
	key: string;
	message: ChannelMessage;
	/** The first message of a day: that day, at its beginning. */
	day?: Date;
	/** The author stands above already. */
	follows: boolean;
	/** What follows was not read yet. */
	fresh: boolean;
}

/** Longer silences begin anew. */
const TOGETHER_S = 5 * 60;

const dayOf = (message: ChannelMessage): Date => {
	const date = new Date(seconds(message.created_at) * 1000);
	date.setHours(0, 0, 0, 0);
	return date;
};

/** Who a message is from: a model's is not its asker's. */
export const authorOf = (message: ChannelMessage): string =>
	message.meta?.model_id ? `model:${message.meta.model_id}` : message.user_id;

function together(before: ChannelMessage, message: ChannelMessage): boolean {
	return (
		authorOf(before) === authorOf(message) &&
		!message.reply_to_id &&
		seconds(message.created_at - before.created_at) < TOGETHER_S
	);
}

/**
 * @param messages oldest first
 * @param readUntil messages of others after this were not read when the channel was opened
 */
export function rowsOf(
	messages: ChannelMessage[],
	readUntil: number | null = null,
	readerId = ''
): Row[] {
	const firstFresh =
		readUntil === null
			? undefined
			: messages.find((m) => m.created_at > readUntil && m.user_id !== readerId);
	let before: ChannelMessage | undefined;
	let lastDay = Number.NaN;
	return messages.map((message) => {
		const date = dayOf(message);
		const day = date.getTime() === lastDay ? undefined : date;
		const fresh = message === firstFresh;
		const follows = !day && !fresh && before !== undefined && together(before, message);
		lastDay = date.getTime();
		before = message;
		return { key: message.temp_id || message.id, message, day, follows, fresh };
	});
}

/** The reaction lists with somebody's own added or taken away, as the server will tell. */
export function toggled(
	reactions: ChannelMessage['reactions'],
	name: string,
	me: { id: string; name: string }
): ChannelMessage['reactions'] {
	const found = reactions.find((reaction) => reaction.name === name);
	if (!found) return [...reactions, { name, users: [me], count: 1 }];
	const own = found.users.some(({ id }) => id === me.id);
	const users = own ? found.users.filter(({ id }) => id !== me.id) : [...found.users, me];
	return reactions.flatMap((reaction) =>
		reaction !== found ? [reaction] : users.length ? [{ name, users, count: users.length }] : []
	);
}
