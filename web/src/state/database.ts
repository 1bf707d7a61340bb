// IndexedDB: what outlives the page. Messages not yet acknowledged, and chats and histories as they were last seen.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ChatKey } from '../protocol/chat';
import type { ListRow } from '../protocol/rows';
import type { Entry } from './entry';
import type { Kept } from './history-cache';

export interface CachedChat {
  user: string;
  key: ChatKey;
  row: ListRow;
}

export interface CachedHistory extends Kept {
  user: string;
  chat: ChatKey;
  epoch: string | number;
  savedAt: number;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { user: string } };
  /** What the server's numbers belong to. */
  epochs: { key: string; value: { user: string; epoch: string | number } };
  chats: { key: [string, string]; value: CachedChat; indexes: { user: string } };
  histories: { key: [string, string]; value: CachedHistory; indexes: { user: string } };
}

export type Database = IDBPDatabase<Schema>;

/** A browser that neither opens nor refuses it is taken for one that keeps nothing. */
const PATIENCE = 3_000;

export async function openDatabase(patience = PATIENCE): Promise<Database> {
  const opened = openDB<Schema>('hearth', 3, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore('outbox', { keyPath: 'messageId' }).createIndex('user', 'user');
      }
      // Caches need no conversion.
      for (const name of ['epochs', 'chats', 'histories'] as const)
        if (db.objectStoreNames.contains(name)) db.deleteObjectStore(name);
      db.createObjectStore('epochs', { keyPath: 'user' });
      db.createObjectStore('chats', { keyPath: ['user', 'key'] }).createIndex('user', 'user');
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

const CACHES = ['epochs', 'chats', 'histories'] as const;
const STORES = ['outbox', ...CACHES] as const;

/** Removes everything that is kept for a person: at log-out. */
export function forgetUser(db: Database, user: string): Promise<void> {
  return remove(db, STORES, (owner) => owner === user);
}

/** Removes what the server has, too, and leaves what is on its way: when the session was ended. */
export function forgetCaches(db: Database, user: string): Promise<void> {
  return remove(db, CACHES, (owner) => owner === user);
}

/** Removes what is kept for anybody but this person. */
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
