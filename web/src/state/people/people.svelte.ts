// Names of people who are in no known chat: a link contains only an id.
import type { PersonRow } from '../../protocol/socket';
import type { Ask } from '../line.svelte';

export class People {
  /** Null if there is no such person. */
  #known = $state.raw<ReadonlyMap<string, PersonRow | null>>(new Map());
  #asked = new Set<string>();
  #ask: Ask;

  /** `ask` waits for a connection if there is none. */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Undefined until known; null if there is no such person. */
  of(userId: string): PersonRow | null | undefined {
    return this.#known.get(userId);
  }

  /** The account was deleted: forget the name. */
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
