/// <reference types="@sveltejs/kit" />
/// <reference lib="webworker" />
/**
 * Makes the page installable, and says so when the server cannot be reached. It keeps the offline page and
 * nothing else: what the server says is never kept.
 */
import { version } from '$service-worker';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const CACHE = `transom-offline-${version}`;
const PAGE = '/offline.html';
const KEPT = [PAGE, '/offline.css', '/offline.js', '/favicon.svg'];

worker.addEventListener('install', (event) => {
	event.waitUntil(
		caches
			.open(CACHE)
			.then((cache) => cache.addAll(KEPT))
			.then(() => worker.skipWaiting())
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) =>
				Promise.all(
					names
						.filter((name) => name.startsWith('transom-offline-') && name !== CACHE)
						.map((name) => caches.delete(name))
				)
			)
			.then(() => worker.clients.claim())
	);
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const path = new URL(request.url).pathname;
	if (request.mode === 'navigate')
		event.respondWith(
			fetch(request).catch(async () => (await caches.match(PAGE)) ?? Response.error())
		);
	else if (KEPT.includes(path))
		event.respondWith(
			fetch(request).catch(async () => (await caches.match(request)) ?? Response.error())
		);
});
