// Where the outbox keeps its entries, and how tabs share it.
import { newId } from '../../protocol/ids';
import type { Database } from '../device/database';
import type { Entry } from './entry';
import { Lease } from './lease';

export interface OutboxStore {
  all(user: string): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(user: string, messageId: string): Promise<void>;
}

export function databaseStore(db: Promise<Database>): OutboxStore {
  return {
    all: async (user) => (await db).getAllFromIndex('outbox', 'user', user),
    put: async (entry) => void (await (await db).put('outbox', entry)),
    remove: async (_, messageId) => (await db).delete('outbox', messageId),
  };
}

/** How a user's tabs coordinate: one of them drains, and all are notified of changes. */
export interface Tabs {
  /** Calls back when this tab may drain, and when it no longer may. */
  lead(onChange: (leads: boolean) => void): void;
  changed(): void;
  onChanged(callback: () => void): void;
  close(): void;
}

/** With a BroadcastChannel and Web Locks, or a lease if there are no locks (plain HTTP from another host). */
export function browserTabs(user: string): Tabs {
  const name = `hearth-outbox-${user}`;
  const channel = new BroadcastChannel(name);
  const closed = new AbortController();
  const { signal } = closed;
  return {
    lead: (onChange) => (navigator.locks ? lock(name, signal, onChange) : lease(name, signal, onChange)),
    changed: () => channel.postMessage(null),
    onChanged: (callback) => (channel.onmessage = callback),
    close: () => (closed.abort(), channel.close()),
  };
}

function lock(name: string, signal: AbortSignal, onChange: (held: boolean) => void): void {
  const held = new Promise<void>((release) => signal.addEventListener('abort', () => release()));
  navigator.locks.request(name, { signal }, () => (onChange(true), held)).catch(() => undefined); // closed while waiting
}

function lease(name: string, signal: AbortSignal, onChange: (held: boolean) => void): void {
  const lease = new Lease(name, newId(), {
    storage: () => localStorage,
    now: () => Date.now(),
    every: (milliseconds, callback) => {
      const timer = setInterval(callback, milliseconds);
      return () => clearInterval(timer);
    },
  });
  lease.open(onChange);
  globalThis.addEventListener?.('pagehide', () => lease.release(), { signal });
  signal.addEventListener('abort', () => lease.close());
}
