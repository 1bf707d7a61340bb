// A recorder in the place of the browser's notifications, which a test can neither see nor press.
import type { BrowserContext, Page } from '@playwright/test';

interface Recorded {
  title: string;
  body: string;
  tag: string;
  data: { path: string };
  shown: boolean;
  /** As the page set it; one that a service worker shows has none. */
  onclick: (() => void) | null;
  ofWorker: boolean;
}

type Recording = typeof globalThis & { told: Recorded[] };

/** From the next page that is opened on. `permission`: what the person has answered the browser before. */
export async function record(
  context: BrowserContext,
  permission: NotificationPermission = 'granted',
): Promise<void> {
  await context.addInitScript((answer) => {
    const told: Recorded[] = [];
    class Recorder implements Recorded {
      static permission = answer;
      static async requestPermission() {
        return (Recorder.permission = 'granted');
      }
      title: string;
      body: string;
      tag: string;
      data: { path: string };
      shown = true;
      onclick: (() => void) | null = null;
      ofWorker = false;
      constructor(title: string, { body = '', tag = '', data }: NotificationOptions = {}) {
        [this.title, this.body, this.tag, this.data] = [title, body, tag, data];
        for (const other of told) if (other.tag === tag) other.shown = false;
        told.push(this);
      }
      close() {
        this.shown = false;
      }
    }
    Object.assign(globalThis, { Notification: Recorder, told });
    if (!('ServiceWorkerRegistration' in globalThis)) return; // a blank page
    Object.assign(ServiceWorkerRegistration.prototype, {
      showNotification: async (title: string, options: NotificationOptions) => {
        new Recorder(title, options).ofWorker = true;
      },
      getNotifications: async () => told.filter((each) => each.ofWorker && each.shown),
    });
  }, permission);
}

/** The notifications of these tabs: "Bob: hello". */
export async function told(...pages: Page[]): Promise<string[]> {
  return recorded(pages, () => true);
}

/** What can be seen still. */
export async function showing(...pages: Page[]): Promise<string[]> {
  return recorded(pages, ({ shown }) => shown);
}

async function recorded(pages: Page[], which: (each: Recorded) => boolean): Promise<string[]> {
  const read = () => (globalThis as Recording).told.map((each) => ({ ...each }));
  const all = (await Promise.all(pages.map((page) => page.evaluate(read)))).flat();
  return all.filter(which).map(({ title, body }) => `${title}: ${body}`);
}

/** If a service worker shows it, the worker finds the page and sends it a message. */
export async function pressNewest(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { ofWorker, onclick, data } = (globalThis as Recording).told.at(-1)!;
    if (!ofWorker) return onclick!();
    navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { open: data.path } }));
  });
}

/** As when another tab or window covers the page. */
export async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.hasFocus = () => false;
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('blur'));
  });
}
