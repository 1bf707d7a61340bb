// Where the outbox keeps its entries, and how tabs share it.
import type { Database } from './database';
import type { Entry } from './entry';

export interface OutboxStore {
  all(user: string): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(messageId: string): Promise<void>;
}

export function databaseStore(db: Promise<Database>): OutboxStore {
  return {
    all: async (user) => (await db).getAllFromIndex('outbox', 'user', user),
    put: async (entry) => void (await (await db).put('outbox', entry)),
    remove: async (messageId) => (await db).delete('outbox', messageId),
  };
}

/** What tabs of one person need: one of them drains, and all of them hear of changes. */
export interface Tabs {
  /** Resolves when this tab may drain; it may until `release` is called. */
  lead(): Promise<void>;
  changed(): void;
  onChanged(callback: () => void): void;
  close(): void;
}

/** Through Web Locks and a BroadcastChannel. Without locks (plain HTTP) every tab drains: ids keep messages single. */
export function browserTabs(user: string): Tabs {
  const name = `hearth-outbox-${user}`;
  const channel = new BroadcastChannel(name);
  const closed = new AbortController();
  return {
    lead: () =>
      new Promise((resolve) => {
        if (!navigator.locks) return resolve();
        const held = new Promise<void>((release) => closed.signal.addEventListener('abort', () => release()));
        const { signal } = closed;
        navigator.locks.request(name, { signal }, () => (resolve(), held)).catch(() => undefined); // closed while waiting
      }),
    changed: () => channel.postMessage(null),
    onChanged: (callback) => (channel.onmessage = callback),
    close: () => (closed.abort(), channel.close()),
  };
}
