// Whom one has blocked, and what is hidden by it. The chat list tells it of dialogs; the rest is read at each connection,
// and kept for the next start.
import type { Answer } from '../protocol/requests';
import { isGroup, type ChatKey } from '../protocol/chat';
import type { Person } from '../protocol/rows';
import { SocketError } from '../socket/errors';
import type { Chats } from './chats.svelte';
import type { Ask } from './line.svelte';
import { forget, load, save } from './storage';

const PAGE = 100;

export class Blocked {
  people = $state.raw<Person[]>([]);
  #ids = $derived(new Set(this.people.map(({ userId }) => userId)));
  /** Messages of blocked people that one wanted to see all the same. */
  #shown = $state.raw<ReadonlySet<string>>(new Set());
  #storage: string;
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  #ask: Ask;
  #chats: Chats;
  #latest = 0;

  constructor(user: string, ask: Ask, chats: Chats) {
    this.#storage = storageOf(user);
    this.people = load<Person[]>(this.#storage) ?? [];
    this.#ask = ask;
    this.#chats = chats;
  }

  has(userId: string): boolean {
    return this.#chats.get(`u/${userId}`)?.blocked ?? this.#ids.has(userId);
  }

  /** Whether a message in this chat is hidden: only in groups, where others keep a blocked person's messages coming. */
  hides(chat: ChatKey, { messageId, senderId }: { messageId: string; senderId: string }): boolean {
    return isGroup(chat) && this.has(senderId) && !this.#shown.has(messageId);
  }

  /** The account was deleted. */
  gone(userId: string): void {
    if (this.#ids.has(userId)) this.#keep(this.people.filter((each) => each.userId !== userId));
  }

  show(messageId: string): void {
    this.#shown = new Set(this.#shown).add(messageId);
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    const latest = ++this.#latest;
    if (this.status !== 'ready') this.status = 'loading';
    try {
      const people = await this.#all();
      if (latest !== this.#latest) return;
      this.#keep(people);
      this.status = 'ready';
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      if (latest === this.#latest) this.status = 'failed';
    }
  }

  /** Somebody was blocked or unblocked, here or on another device. */
  heard(userId: string, on: boolean): void {
    this.#chats.update(`u/${userId}`, (chat) => ({ ...chat, blocked: on }));
    if (!on) this.#keep(this.people.filter((each) => each.userId !== userId));
    if (on || this.status === 'loading') void this.load(); // the name is the server's to tell
  }

  #keep(people: Person[]): void {
    this.people = people;
    save(this.#storage, people);
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

/** Removes what is kept for a person: at log-out. */
export function forgetBlocked(user: string): void {
  forget(storageOf(user));
}

function storageOf(user: string): string {
  return `hearth.blocked.${user}`;
}
