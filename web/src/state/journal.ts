// Before the outbox's store: what is just being written stands in localStorage, which is there at once and outlives a
// page that is killed in that moment. Where there is no database it stays there until it is delivered.
import type { Entry } from './entry';
import type { OutboxStore } from './outbox-store';

/** Browsers may forbid it, and throw. */
export type JournalStorage = () => Storage;

/** A store that loses nothing, even if the page ends in the middle. Fails only if neither keeps anything. */
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

/** Removes what is noted for a person: at log-out. */
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
