// The chat list as it was last seen, kept for the next start and for when there is no connection.
import type { Chats } from './chats.svelte';
import type { Database } from './database';

const KEPT = 500;
const EVERY = 15_000;

export class ChatCache {
  #user: string;
  #database: Promise<Database>;
  #chats: Chats;
  #epoch: string | number | null = null;
  #timer: ReturnType<typeof setInterval>;

  constructor(user: string, database: Promise<Database>, chats: Chats) {
    this.#user = user;
    this.#database = database;
    this.#chats = chats;
    this.#timer = setInterval(() => this.save(), EVERY);
  }

  async restore(): Promise<void> {
    const kept = await this.#database.then((db) => db.get('chats', this.#user)).catch(() => undefined);
    if (!kept) return;
    this.#epoch = kept.epoch;
    this.#chats.merge(kept.rows);
    this.#chats.ready = true;
  }

  /** True if the server's numbers began anew, and so what was known is void; it is dropped. */
  began(epoch: string | number): boolean {
    const anew = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (anew) {
      this.#chats.clear();
      this.#chats.ready = false;
    }
    return anew;
  }

  save(): void {
    if (this.#epoch === null || !this.#chats.ready) return;
    const kept = { user: this.#user, epoch: this.#epoch, rows: this.#chats.list.slice(0, KEPT) };
    this.#database.then((db) => db.put('chats', kept)).catch(() => undefined); // a convenience
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
