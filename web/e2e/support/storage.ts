// What a browser has kept for the client.
import { expect, type Page } from '@playwright/test';

/** The keys of the local storage but those of the browser itself, its settings and its proofs of earlier log-ins; and
 *  how much the database holds. */
export async function kept(page: Page): Promise<{ storage: string[]; outbox: number; chats: number }> {
  const [outbox, chats] = await rows(page, ['outbox', 'chats']);
  const keys = await page.evaluate(() => Object.keys(localStorage));
  const storage = keys.filter((key) => !/^hearth\.(settings|devices)$/.test(key));
  return { storage, outbox: outbox!, chats: chats! };
}

/** Waits until the open chat's history is kept, which happens every two seconds. */
export async function historyIsKept(page: Page): Promise<void> {
  await expect.poll(async () => (await rows(page, ['histories']))[0]).toBeGreaterThan(0);
}

/** How many rows these stores of the database have. */
function rows(page: Page, stores: string[]): Promise<number[]> {
  return page.evaluate(async (stores) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(indexedDB.open('hearth'));
    const counts = await Promise.all(
      stores.map((store) => done(db.transaction(store).objectStore(store).count())),
    );
    db.close();
    return counts;
  }, stores);
}
