// The people whom the user has blocked, and what that hides. Dialogs carry it in the chat list; the rest is read at each
// connection and kept for the next start.
import type { PersonRow } from '../../protocol/socket';
import { isGroup, type ChatKey } from '../../protocol/chat';
import { SocketError } from '../../socket/errors';
import type { Chats } from '../chats/chats.svelte';
import type { Line } from '../line.svelte';
import { forget, load, save } from '../device/storage';

type Server = Pick<Line, 'insist' | 'opened'>;

export class Blocked {
  people = $state.raw<PersonRow[]>([]);
  #ids = $derived(new Set(this.people.map(({ userId }) => userId)));
  /** Messages of blocked people that the user chose to see. */
  #shown = $state.raw<ReadonlySet<string>>(new Set());
  #storage: string;
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  #line: Server;
  #chats: Chats;
  #latest = 0;

  constructor(user: string, line: Server, chats: Chats) {
    this.#storage = storageOf(user);
    this.people = load<PersonRow[]>(this.#storage) ?? [];
    this.#line = line;
    this.#chats = chats;
  }

  has(userId: string): boolean {
    return this.#chats.get(`u/${userId}`)?.blocked ?? this.#ids.has(userId);
  }

  /** Whether a message is hidden: only in groups, where messages of blocked people still arrive. */
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

  /** A person was blocked or unblocked, here or on another device. */
  heard(userId: string, on: boolean): void {
    this.#chats.update(`u/${userId}`, (chat) => ({ ...chat, blocked: on }));
    if (!on) this.#keep(this.people.filter((each) => each.userId !== userId));
    if (on || this.status === 'loading') void this.load(); // the name is the server's to tell
  }

  #keep(people: PersonRow[]): void {
    this.people = people;
    save(this.#storage, people);
  }

  async #all(): Promise<PersonRow[]> {
    const { page: limit } = (await this.#line.opened()).bounds;
    const all: PersonRow[] = [];
    for (;;) {
      const cursor = all.at(-1)?.userId ?? null;
      const { data } = await this.#line.insist('blockedUsers', { limit, cursor });
      all.push(...data);
      if (data.length < limit) return all;
    }
  }
}

/** Removes what is kept for a user: at log-out. */
export function forgetBlocked(user: string): void {
  forget(storageOf(user));
}

function storageOf(user: string): string {
  return `hearth.blocked.${user}`;
}
