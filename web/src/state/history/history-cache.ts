// Caches the newest rows of the recently opened chats, for the next start and for use offline.
import type { ChatKey } from '../../protocol/chat';
import type { Row } from '../../protocol/socket';
import type { Database } from '../device/database';
import type { History } from './history.svelte';
import { withoutExpired } from './window';

const CHATS = 40;

/** What is cached of a history: its newest rows. */
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

  /** What was cached in this epoch. */
  async get(chat: ChatKey, epoch: string): Promise<Kept | undefined> {
    const kept = await this.#database
      .then((db) => db.get('histories', [this.#user, chat]))
      .catch(() => undefined);
    return kept?.epoch === epoch ? kept : undefined;
  }

  /** Saves those that have changed since the last time. */
  save(histories: Iterable<History>, epoch: string): void {
    for (const history of histories) {
      const end = history.end();
      if (!end || this.#saved.get(history.chat) === history.rows) continue;
      this.#saved.set(history.chat, history.rows);
      const kept = { ...end, user: this.#user, chat: history.chat, epoch, savedAt: Date.now() };
      this.#database.then((db) => db.put('histories', kept)).catch(() => undefined); // a convenience
    }
  }

  /** Changes rows of all cached histories. */
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

  /** Drops rows that have expired, chats that the user no longer has, and all but the most recent. `firstSeq`: of a chat,
   * if the user has it. */
  async prune(firstSeq: (chat: ChatKey) => number | undefined): Promise<void> {
    try {
      const db = await this.#database;
      const kept = await db.getAllFromIndex('histories', 'user', this.#user);
      const newest = kept
        .filter((each) => firstSeq(each.chat) !== undefined)
        .sort((a, b) => b.savedAt - a.savedAt);
      const wanted = new Set(newest.slice(0, CHATS).map((each) => each.chat));
      for (const each of kept) {
        const rows = withoutExpired(each.rows, firstSeq(each.chat) ?? 1);
        if (!wanted.has(each.chat) || rows.length === 0) await this.remove(each.chat);
        else if (rows !== each.rows) await db.put('histories', { ...each, rows, hasOlder: false });
      }
    } catch {
      // nothing is cached, or a little more than needed
    }
  }

  async remove(chat: ChatKey): Promise<void> {
    this.#saved.delete(chat);
    await this.#database.then((db) => db.delete('histories', [this.#user, chat])).catch(() => undefined);
  }
}
