// Caches the chat list and the newest messages of histories, for the next start and for use offline.
import type { ChatKey } from '../../protocol/chat';
import type { Row } from '../../protocol/socket';
import type { Environment } from '../../socket/environment';
import { chatKey, type Chat } from './chat';
import { readChats, writeChats } from './chat-rows';
import type { Chats } from './chats.svelte';
import type { Database } from '../device/database';
import { HistoryCache, type Kept } from '../history/history-cache';
import type { History } from '../history/history.svelte';

const KEPT = 10_000;
/** A stale list is soon corrected. Histories are read offline, so they are saved more often. */
const LIST_EVERY = 15_000;
const HISTORIES_EVERY = 2_000;

export class ChatCache {
  readonly #histories: HistoryCache;
  #user: string;
  #database: Promise<Database>;
  #chats: Chats;
  #opened: () => Iterable<History>;
  #epoch: string | null = null;
  #saved = new Map<ChatKey, Chat>();
  #restored: Promise<void> | null = null;
  #timers: ReturnType<typeof setInterval>[];
  #stopListening: () => void;

  /** `opened`: the histories of this page. */
  constructor(
    user: string,
    database: Promise<Database>,
    {
      chats,
      opened,
      environment,
    }: { chats: Chats; opened: () => Iterable<History>; environment: Environment },
  ) {
    this.#user = user;
    this.#database = database;
    this.#chats = chats;
    this.#opened = opened;
    this.#histories = new HistoryCache(user, database);
    this.#timers = [
      setInterval(() => this.save(), LIST_EVERY),
      setInterval(() => this.#saveHistories(), HISTORIES_EVERY),
    ];
    this.#stopListening = environment.onHide(() => this.save());
  }

  restore(): Promise<void> {
    this.#restored ??= this.#restore();
    return this.#restored;
  }

  async #restore(): Promise<void> {
    const kept = await this.#database.then((db) => readChats(db, this.#user)).catch(() => null);
    if (!kept) return;
    this.#epoch = kept.epoch;
    this.#chats.merge(kept.rows);
    this.#saved = new Map(this.#chats.list.map((chat) => [chatKey(chat), chat]));
    this.#chats.ready = true;
  }

  /** The end of a history. */
  async history(chat: ChatKey): Promise<Kept | undefined> {
    await this.restore();
    return this.#epoch === null ? undefined : this.#histories.get(chat, this.#epoch);
  }

  /** Returns true, and clears the cache, if the server's epoch has changed. */
  began(epoch: string): boolean {
    const anew = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (anew) {
      this.#chats.clear();
      this.#chats.ready = false;
      void this.#histories.prune(() => undefined);
    }
    return anew;
  }

  save(): void {
    if (this.#epoch === null || !this.#chats.ready) return;
    this.#saveHistories();
    const present = new Map(this.#chats.list.slice(0, KEPT).map((chat) => [chatKey(chat), chat]));
    const changed = [...present].filter(([key, chat]) => this.#saved.get(key) !== chat);
    const gone = [...this.#saved.keys()].filter((key) => !present.has(key));
    this.#saved = present;
    if (changed.length === 0 && gone.length === 0) return;
    const told = { user: this.#user, epoch: this.#epoch, changed, gone };
    this.#database.then((db) => writeChats(db, told)).catch(() => undefined); // a convenience
  }

  // Browsers may abort writes while a page is left, so histories are written before.
  #saveHistories(): void {
    if (this.#epoch !== null) this.#histories.save(this.#opened(), this.#epoch);
  }

  /** Drops what has expired, and the histories of chats that are not in the complete list. */
  prune(): void {
    const firstSeq = (key: ChatKey) => {
      const chat = this.#chats.get(key);
      return chat && (chat.firstSeq ?? 1);
    };
    void this.#histories.prune(firstSeq);
  }

  /** Changes rows of the cached histories and saves the list. */
  change(change: (row: Row) => Row): void {
    void this.#histories.change(change);
    this.save();
  }

  gone(chat: ChatKey): void {
    void this.#histories.remove(chat);
  }

  /** Stops writing: the session is over. */
  stop(): void {
    this.#epoch = null;
    this.#timers.forEach(clearInterval);
    this.#stopListening();
  }
}
