// IndexedDB: what outlives the page. Messages not yet acknowledged, and the chat list as it was last seen.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ListRow } from '../protocol/rows';
import type { Entry } from './entry';

export interface CachedChats {
  user: string;
  epoch: string | number;
  rows: ListRow[];
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { user: string } };
  chats: { key: string; value: CachedChats };
}

export type Database = IDBPDatabase<Schema>;

export function openDatabase(): Promise<Database> {
  return openDB<Schema>('hearth', 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'messageId' }).createIndex('user', 'user');
      db.createObjectStore('chats', { keyPath: 'user' });
    },
  });
}

/** Removes everything that is kept for a person: at log-out. */
export async function forgetUser(db: Database, user: string): Promise<void> {
  const transaction = db.transaction(['outbox', 'chats'], 'readwrite');
  const outbox = transaction.objectStore('outbox');
  for (const key of await outbox.index('user').getAllKeys(user)) await outbox.delete(key);
  await transaction.objectStore('chats').delete(user);
  await transaction.done;
}
