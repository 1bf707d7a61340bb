// IndexedDB: what outlives the page. Messages not yet acknowledged, and chats and histories as they were last seen.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ChatKey } from '../protocol/chat';
import type { ListRow } from '../protocol/rows';
import type { Entry } from './entry';
import type { Kept } from './history-cache';

export interface CachedChats {
  user: string;
  epoch: string | number;
  rows: ListRow[];
}

export interface CachedHistory extends Kept {
  user: string;
  chat: ChatKey;
  epoch: string | number;
  savedAt: number;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { user: string } };
  chats: { key: string; value: CachedChats };
  histories: { key: [string, string]; value: CachedHistory; indexes: { user: string } };
}

export type Database = IDBPDatabase<Schema>;

/** A browser that neither opens nor refuses it is taken for one that keeps nothing. */
const PATIENCE = 3_000;

export async function openDatabase(patience = PATIENCE): Promise<Database> {
  const opened = openDB<Schema>('hearth', 2, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore('outbox', { keyPath: 'messageId' }).createIndex('user', 'user');
        db.createObjectStore('chats', { keyPath: 'user' });
      }
      db.createObjectStore('histories', { keyPath: ['user', 'chat'] }).createIndex('user', 'user');
    },
    // A newer page must not wait for this one.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error('The database does not open')), patience);
    void opened.catch(() => undefined).then(() => clearTimeout(timer));
  });
  return Promise.race([opened, late]);
}

/** Removes everything that is kept for a person: at log-out. */
export async function forgetUser(db: Database, user: string): Promise<void> {
  const transaction = db.transaction(['outbox', 'chats', 'histories'], 'readwrite');
  for (const name of ['outbox', 'histories'] as const) {
    for (let at = await transaction.objectStore(name).index('user').openCursor(user); at;) {
      await at.delete();
      at = await at.continue();
    }
  }
  await transaction.objectStore('chats').delete(user);
  await transaction.done;
}
