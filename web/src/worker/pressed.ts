// Handles a click on a notification: opens its chat in an open window of the client, else in a new one. Does not use
// the worker's globals.

export interface Window {
  focus(): Promise<unknown>;
  postMessage(message: { open: string }): void;
}

interface Windows {
  matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Window[]>;
  openWindow(path: string): Promise<unknown>;
}

interface Pressed {
  close(): void;
  data: unknown;
}

export async function openPressed(notification: Pressed, windows: Windows): Promise<void> {
  notification.close();
  const path = pathOf(notification.data);
  // The most recently used window comes first.
  const [open] = await windows.matchAll({ type: 'window', includeUncontrolled: true });
  if (!open) return void (await windows.openWindow(path));
  open.postMessage({ open: path });
  await open.focus().catch(() => undefined); // not where the browser wants a press of its own
}

function pathOf(data: unknown): string {
  const path = typeof data === 'object' && data !== null && 'path' in data ? data.path : null;
  return typeof path === 'string' && path.startsWith('/chat/') ? path : '/';
}
