/** Which chats have an answer that nobody has seen, kept in this browser: the server does not know. */
const KEY = 'transom.unread';
const MOST = 200;

export function readUnread(): string[] {
	try {
		const ids: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
	} catch {
		return [];
	}
}

export function storeUnread(ids: Iterable<string>) {
	const list = [...ids].slice(-MOST);
	if (list.length) localStorage.setItem(KEY, JSON.stringify(list));
	else localStorage.removeItem(KEY);
}
