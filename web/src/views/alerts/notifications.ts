// The browser's notifications, one per chat. They outlive the page, so the browser is asked which are shown: it
// also knows those of other tabs and of closed pages.
import type { ChatKey } from '../../protocol/chat';
import { permission } from './permission.svelte';

/** What a notification is about. */
export interface About {
  user: string;
  path: string;
  messageId: string;
  senderId: string;
  seq: number;
}

export interface Words {
  title: string;
  body: string;
}

/** A notification that is shown. */
export interface Shown extends Words {
  tag: string;
  data: About;
  close(): void;
}

// Without a service worker, notifications end with the page.
const ofPage = new Map<string, Notification>();

/** Shows it in place of the chat's last one. `again`: alert the user again, not only change the text. */
export async function show(
  chat: ChatKey,
  { title, body }: Words,
  data: About,
  again: boolean,
): Promise<void> {
  if (permission.state !== 'granted') return;
  const options = { body, tag: chat, data, icon: '/icon.svg', silent: true, renotify: again };
  const active = await worker();
  if (active) return active.showNotification(title, options).catch(() => undefined);
  const notification = permission.use(title, options);
  if (notification) ofPage.set(chat, notification);
}

/** The notifications of this user. */
export async function shown(user: string): Promise<Shown[]> {
  const kept = (await (await worker())?.getNotifications().catch(() => [])) ?? [];
  const all = [...kept, ...ofPage.values()] as Shown[];
  return all.filter(({ data }) => data?.user === user);
}

export function close(notification: Shown): void {
  notification.close();
  ofPage.delete(notification.tag);
}

/** Calls back with the chat's path when a notification is clicked while the client is open. */
export function onPressed(open: (path: string) => void): () => void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const heard = ({ data }: MessageEvent) => {
    if (typeof data?.open === 'string') open(data.open);
  };
  container?.addEventListener('message', heard);
  return () => container?.removeEventListener('message', heard);
}

/** A notification of the page itself, without a service worker. */
export function ofThisPage(chat: ChatKey): Notification | undefined {
  return ofPage.get(chat);
}

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const registration = await container?.getRegistration().catch(() => undefined);
  return registration?.active ? registration : undefined;
}
