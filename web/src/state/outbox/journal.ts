// A write-ahead journal for the outbox in localStorage, which is synchronous and survives a page that is killed during
// a write. Without a database, entries stay there until they are delivered.
import type { Entry } from './entry';
import type { OutboxStore } from './outbox-store';

/** May throw if the browser forbids it. */
export type JournalStorage = () => Storage;

/** A store that loses nothing if the page ends during a write. Fails only if both storages fail. */
export function journaled(store: OutboxStore, storage: JournalStorage = () => localStorage): OutboxStore {
  return {
    async all(user) {
      const written = entries(storage, user);
      const stored = await store.all(user).catch((error: unknown) => {
        if (written.length === 0) throw error;
        return [];
      });
      const here = new Set(written.map((entry) => entry.messageId));
      return [...stored.filter((entry) => !here.has(entry.messageId)), ...written];
    },
    async put(entry) {
      const noted = attempt(() =>
        storage().setItem(keyOf(entry.user, entry.messageId), JSON.stringify(entry)),
      );
      try {
        await store.put(entry);
      } catch (error) {
        if (noted) return;
        throw error;
      }
      attempt(() => storage().removeItem(keyOf(entry.user, entry.messageId)));
    },
    async remove(user, messageId) {
      attempt(() => storage().removeItem(keyOf(user, messageId)));
      await store.remove(user, messageId);
    },
  };
}

/** Removes a user's entries: at log-out. */
export function forgetJournal(user: string, storage: JournalStorage = () => localStorage): void {
  for (const entry of entries(storage, user))
    attempt(() => storage().removeItem(keyOf(user, entry.messageId)));
}

function entries(storage: JournalStorage, user: string): Entry[] {
  const found: Entry[] = [];
  attempt(() => {
    const kept = storage();
    for (let index = 0; index < kept.length; index++) {
      const key = kept.key(index)!;
      if (key.startsWith(keyOf(user, ''))) attempt(() => found.push(JSON.parse(kept.getItem(key)!) as Entry));
    }
  });
  return found;
}

function keyOf(user: string, messageId: string): string {
  return `hearth.outbox.${user}.${messageId}`;
}

function attempt(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
