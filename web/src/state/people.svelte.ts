// What people are called of whom no chat tells: a link to somebody says no more than an id.
import type { Person } from '../protocol/rows';
import type { Ask } from './line.svelte';

export class People {
  /** Null: there is nobody of that id. */
  #known = $state.raw<ReadonlyMap<string, Person | null>>(new Map());
  #asked = new Set<string>();
  #ask: Ask;

  /** `ask` waits for a connection if there is none. */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Undefined as long as it is not known; null if there is nobody. */
  of(userId: string): Person | null | undefined {
    return this.#known.get(userId);
  }

  /** The account was deleted: the name is known no longer. */
  gone(userId: string): void {
    if (this.#known.has(userId)) this.#known = new Map(this.#known).set(userId, null);
  }

  /** Asks for a name, once. */
  async look(userId: string): Promise<void> {
    if (this.#asked.has(userId)) return;
    this.#asked.add(userId);
    const answer = await this.#ask('people', { userIds: [userId] }).catch(() => null);
    if (!answer) return void this.#asked.delete(userId);
    this.#known = new Map(this.#known).set(userId, answer.data[0] ?? null);
  }
}
