// A recorder in the place of the browser's notifications, which a test can neither see nor press.
import type { BrowserContext, Page } from '@playwright/test';

interface Recorded {
  title: string;
  body: string;
  onclick: (() => void) | null;
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
      onclick: (() => void) | null = null;
      constructor(title: string, { body = '' }: NotificationOptions = {}) {
        [this.title, this.body] = [title, body];
        told.push(this);
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Recorder, told });
  }, permission);
}

/** What was told in these tabs: "Bob: hello". */
export async function told(...pages: Page[]): Promise<string[]> {
  const read = () => (globalThis as Recording).told.map(({ title, body }) => `${title}: ${body}`);
  return (await Promise.all(pages.map((page) => page.evaluate(read)))).flat();
}

export async function pressNewest(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as Recording).told.at(-1)!.onclick!());
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
