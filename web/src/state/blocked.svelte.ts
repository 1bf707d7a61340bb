// Whom one has blocked. The chat list tells it of dialogs; the rest is read when a view asks for it.
import type { Answer } from '../protocol/requests';
import type { Person } from '../protocol/rows';
import { SocketError } from '../socket/errors';
import type { Chats } from './chats.svelte';
import type { Ask } from './line.svelte';

const PAGE = 100;

export class Blocked {
  people = $state.raw<Person[]>([]);
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  #ask: Ask;
  #chats: Chats;
  #latest = 0;

  constructor(ask: Ask, chats: Chats) {
    this.#ask = ask;
    this.#chats = chats;
  }

  has(userId: string): boolean {
    return this.#chats.get(`u/${userId}`)?.blocked ?? this.people.some((each) => each.userId === userId);
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    const latest = ++this.#latest;
    if (this.status !== 'ready') this.status = 'loading';
    try {
      const people = await this.#all();
      if (latest !== this.#latest) return;
      this.people = people;
      this.status = 'ready';
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      if (latest === this.#latest) this.status = 'failed';
    }
  }

  /** Somebody was blocked or unblocked, here or on another device. */
  heard(userId: string, on: boolean): void {
    this.#chats.update(`u/${userId}`, (chat) => ({ ...chat, blocked: on }));
    if (!on) this.people = this.people.filter((each) => each.userId !== userId);
    if (on || this.status === 'loading') void this.load(); // the name is the server's to tell
  }

  async #all(): Promise<Person[]> {
    const all: Person[] = [];
    for (let cursor: string | null = null; ;) {
      const { data }: Answer<'blockedUsers'> = await this.#ask('blockedUsers', { limit: PAGE, cursor });
      all.push(...data);
      if (data.length < PAGE) return all;
      cursor = data.at(-1)!.userId;
    }
  }
}
