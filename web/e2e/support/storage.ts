// What a browser has kept for the client.
import type { Page } from '@playwright/test';

/** The keys of the local storage but those of the browser itself, its settings and its proofs of earlier log-ins; and
 *  how much the database holds. */
export async function kept(page: Page): Promise<{ storage: string[]; outbox: number; chats: number }> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(indexedDB.open('hearth'));
    const count = (store: string) => done(db.transaction(store).objectStore(store).count());
    const [outbox, chats] = await Promise.all([count('outbox'), count('chats')]);
    db.close();
    const storage = Object.keys(localStorage).filter((key) => !/^hearth\.(settings|devices)$/.test(key));
    return { storage, outbox: outbox!, chats: chats! };
  });
}
