// IndexedDB: unacknowledged messages, and the cached chats and histories.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ChatKey } from '../../protocol/chat';
import type { ChatRow } from '../../protocol/socket';
import type { Entry } from '../outbox/entry';
import type { Kept } from '../history/history-cache';

export interface CachedChat {
  user: string;
  key: ChatKey;
  row: ChatRow;
}

export interface CachedHistory extends Kept {
  user: string;
  chat: ChatKey;
  epoch: string;
  savedAt: number;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { user: string } };
  /** The server's epoch that the cached counters belong to. */
  epochs: { key: string; value: { user: string; epoch: string } };
  chats: { key: [string, string]; value: CachedChat; indexes: { user: string } };
  histories: { key: [string, string]; value: CachedHistory; indexes: { user: string } };
}

export type Database = IDBPDatabase<Schema>;

/** How long to wait for it to open before going on without it, in milliseconds. */
const PATIENCE = 3_000;

export async function openDatabase(patience = PATIENCE): Promise<Database> {
  const opened = openDB<Schema>('hearth', 3, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore('outbox', { keyPath: 'messageId' }).createIndex('user', 'user');
      }
      // Caches are not migrated.
      for (const name of ['epochs', 'chats', 'histories'] as const)
        if (db.objectStoreNames.contains(name)) db.deleteObjectStore(name);
      db.createObjectStore('epochs', { keyPath: 'user' });
      db.createObjectStore('chats', { keyPath: ['user', 'key'] }).createIndex('user', 'user');
      db.createObjectStore('histories', { keyPath: ['user', 'chat'] }).createIndex('user', 'user');
    },
    // Do not block a newer page.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error('The database does not open')), patience);
    void opened.catch(() => undefined).then(() => clearTimeout(timer));
  });
  return Promise.race([opened, late]);
}

const CACHES = ['epochs', 'chats', 'histories'] as const;
const STORES = ['outbox', ...CACHES] as const;

/** Removes everything that is kept for a user: at log-out. */
export function forgetUser(db: Database, user: string): Promise<void> {
  return remove(db, STORES, (owner) => owner === user);
}

/** Removes the caches and keeps unsent messages: when the session was ended. */
export function forgetCaches(db: Database, user: string): Promise<void> {
  return remove(db, CACHES, (owner) => owner === user);
}

/** Removes what is kept for other users. */
export function forgetOthers(db: Database, user: string): Promise<void> {
  return remove(db, STORES, (owner) => owner !== user);
}

async function remove(
  db: Database,
  names: readonly (typeof STORES)[number][],
  isMeant: (owner: string) => boolean,
): Promise<void> {
  const transaction = db.transaction(names, 'readwrite');
  for (const name of names) {
    for (let at = await transaction.objectStore(name).openCursor(); at;) {
      if (isMeant(at.value.user)) await at.delete();
      at = await at.continue();
    }
  }
  await transaction.done;
}
