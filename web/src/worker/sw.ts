// The service worker: keeps the client's own files, so that it opens without a network, and opens the chat of a
// notification that is pressed. It never sees the API, the
// documentation or the WebSocket. It may take over at once: pages of earlier versions find their own files still kept.
import { openPressed } from './pressed';
import { Shell, type Build } from './shell';

// What is used of a worker's globals: TypeScript's own names for them exclude those of pages.
interface Phase {
  waitUntil(done: Promise<unknown>): void;
}
interface Asking {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Press extends Phase {
  readonly notification: { close(): void; data: unknown };
}
declare const self: {
  readonly caches: CacheStorage;
  readonly location: Location;
  readonly clients: { claim(): Promise<void> } & Parameters<typeof openPressed>[1];
  fetch(request: Request | string): Promise<Response>;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Phase) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asking) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: Press) => void): void;
};
/** Put in by the build. */
declare const __BUILD__: Build;

const shell = new Shell(__BUILD__, {
  caches: self.caches,
  fetch: (request) => self.fetch(request),
  expiry: (after) => new Promise((_, reject) => setTimeout(() => reject(new Error('too late')), after)),
});

self.addEventListener('install', (event) => event.waitUntil(shell.install().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) =>
  event.waitUntil(shell.activate().then(() => self.clients.claim())),
);
self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request, self.location.origin);
  if (answer) event.respondWith(answer);
});
self.addEventListener('notificationclick', (event) =>
  event.waitUntil(openPressed(event.notification, self.clients)),
);
