import type { ToWorker } from './nodes';
import { createReader } from './reader';

const read = createReader((message) => postMessage(message));
addEventListener('message', (event: MessageEvent<ToWorker>) => read(event.data));
