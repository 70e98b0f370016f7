/** Signs out: on the server, in this tab, and back to the front door. */
import { goto } from '$app/navigation';
import { app } from './app.svelte';
import { chats } from './chats.svelte';
import { dialogs } from './dialogs.svelte';
import { folders } from './folders.svelte';
import { conversations } from './conversation.svelte';
import { realtime } from './socket.svelte';

function clear() {
	realtime.close();
	chats.reset();
	folders.reset();
	dialogs.reset();
	conversations.reset();
}

export async function leave() {
	const elsewhere = await app.signOut();
	clear();
	if (elsewhere) location.assign(elsewhere);
	else await goto('/auth');
}

/** The server has ended the session: back to sign-in, and from there to where we were. */
export async function sessionEnded() {
	const here = location.pathname + location.search;
	await app.forget();
	clear();
	await goto(here === '/' ? '/auth' : `/auth?redirect=${encodeURIComponent(here)}`);
}
