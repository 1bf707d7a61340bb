// The newest rows of the chats that were opened last, kept for the next start and for when there is no connection.
import type { ChatKey } from '../protocol/chat';
import type { Row } from '../protocol/rows';
import type { Database } from './database';
import type { History } from './history.svelte';

const CHATS = 40;

/** What is kept of a history: its end. */
export interface Kept {
  rows: Row[];
  /** The chat's revision that the rows show. */
  revision: number;
  hasOlder: boolean;
}

export class HistoryCache {
  #user: string;
  #database: Promise<Database>;
  #saved = new Map<ChatKey, Row[]>();

  constructor(user: string, database: Promise<Database>) {
    this.#user = user;
    this.#database = database;
  }

  /** What was kept while the server's numbers were those of this epoch. */
  async get(chat: ChatKey, epoch: string | number): Promise<Kept | undefined> {
    const kept = await this.#database
      .then((db) => db.get('histories', [this.#user, chat]))
      .catch(() => undefined);
    return kept?.epoch === epoch ? kept : undefined;
  }

  /** Keeps those that have changed since the last time. */
  save(histories: Iterable<History>, epoch: string | number): void {
    for (const history of histories) {
      const end = history.end();
      if (!end || this.#saved.get(history.chat) === history.rows) continue;
      this.#saved.set(history.chat, history.rows);
      const kept = { ...end, user: this.#user, chat: history.chat, epoch, savedAt: Date.now() };
      this.#database.then((db) => db.put('histories', kept)).catch(() => undefined); // a convenience
    }
  }

  /** Changes rows of all that is kept. */
  async change(change: (row: Row) => Row): Promise<void> {
    try {
      const transaction = (await this.#database).transaction('histories', 'readwrite');
      const kept = transaction.store.index('user').iterate(this.#user);
      for await (const cursor of kept)
        await cursor.update({ ...cursor.value, rows: cursor.value.rows.map(change) });
      await transaction.done;
    } catch {
      // kept nothing
    }
  }

  /** Drops the chats that one has no longer, and those beyond the last few. */
  async prune(has: (chat: ChatKey) => boolean): Promise<void> {
    try {
      const db = await this.#database;
      const kept = await db.getAllFromIndex('histories', 'user', this.#user);
      const newest = kept.filter((each) => has(each.chat)).sort((a, b) => b.savedAt - a.savedAt);
      const wanted = new Set(newest.slice(0, CHATS).map((each) => each.chat));
      for (const { chat } of kept) if (!wanted.has(chat)) await this.remove(chat);
    } catch {
      // kept nothing, or keeps a little more
    }
  }

  async remove(chat: ChatKey): Promise<void> {
    this.#saved.delete(chat);
    await this.#database.then((db) => db.delete('histories', [this.#user, chat])).catch(() => undefined);
  }
}
