// The chats one takes part in: a map by key, and the list as it is shown.
import { compareKeys, keyOf, type ChatKey } from '../protocol/chat';
import type { Known } from '../protocol/requests';
import type { CountedRow, ListRow } from '../protocol/rows';
import type { ReadNews } from '../protocol/broadcasts';
import { counted, fromRow, isMuted, mergeListRow, withRead, withRow, type Chat } from './chat';
import { Mutes } from './mutes.svelte';

/** How a group ended for oneself, by others' doing. */
export interface Ending {
  why: 'removed' | 'dropped';
  groupName: string;
}

export class Chats {
  /** Whether the list has been seen, from the server or from what was kept. */
  ready = $state(false);
  #me: string;
  #chats = new Map<ChatKey, Chat>();
  #endings = new Map<ChatKey, Ending>();
  #version = $state(0);
  /** Of messages that are known to be deleted, those that were unread, by their seq. */
  #deleted = new Map<ChatKey, Set<number>>();
  #now: () => number;
  #mutes: Mutes;

  /** Newest first. */
  list = $derived.by(() => {
    void this.#version;
    return [...this.#chats.values()].sort(newestFirst);
  });

  /** Unread messages of all chats that are not muted. */
  unreadTotal = $derived.by(() =>
    this.list.reduce((sum, chat) => sum + (this.isMuted(chat) ? 0 : this.waiting(chat)), 0),
  );

  /** `now`: by the server's clock, which decides when a mute ends. */
  constructor(me: string, now: () => number = Date.now) {
    this.#me = me;
    this.#now = now;
    this.#mutes = new Mutes(() => [...this.#chats.values()].map((chat) => chat.mutedUntil), now);
  }

  get(key: ChatKey): Chat | undefined {
    void this.#version;
    return this.#chats.get(key);
  }

  /** How many unread messages can still be read: not those that are known to be deleted. */
  waiting(chat: Chat): number {
    const read = Math.max(chat.readUpTo, chat.hiddenUpTo);
    const deleted = [...(this.#deleted.get(keyOf(chat.chat)) ?? [])].filter((seq) => seq > read);
    return Math.max(0, chat.unreadCount - deleted.length);
  }

  /** Until its time comes: what shows it follows. */
  isMuted(chat: Chat): boolean {
    this.#mutes.follow();
    return isMuted(chat, this.#now());
  }

  /** What the server is told when one comes back, in its order. */
  known(): Known[] {
    return [...this.#chats.entries()]
      .sort(([a], [b]) => compareKeys(a, b))
      .map(([, { chat, lastSeq, revision, state }]) => ({ chat, lastSeq, revision, state }));
  }

  /** How far each chat is known. */
  lastSeqs(): Map<ChatKey, number> {
    return new Map([...this.#chats].map(([key, { lastSeq }]) => [key, lastSeq]));
  }

  /** With whom one has dialogs, the latest first. */
  partners(): string[] {
    return this.list.flatMap(({ partnerId }) => (partnerId && partnerId !== this.#me ? partnerId : []));
  }

  merge(rows: ListRow[]): void {
    for (const row of rows) {
      const key = keyOf(row.chat);
      this.#chats.set(key, mergeListRow(this.#chats.get(key), row));
      this.#noteDeleted(key, row);
      this.#mutes.expect(row.mutedUntil);
    }
    this.#version++;
  }

  /** `why`: if a group ends that others ended, which one is told. */
  remove(key: ChatKey, why?: Ending['why']): void {
    const groupName = this.#chats.get(key)?.groupName;
    if (why && groupName) this.#endings.set(key, { why, groupName });
    else if (groupName) this.#endings.delete(key);
    this.#deleted.delete(key);
    if (this.#chats.delete(key)) this.#version++;
  }

  /** How a chat ended that is not there any more. */
  ending(key: ChatKey): Ending | undefined {
    return this.get(key) ? undefined : this.#endings.get(key);
  }

  clear(): void {
    this.#chats.clear();
    this.#deleted.clear();
    this.#version++;
  }

  /** A message in it came or changed. False if the chat was not known: the server has to be asked for the rest. */
  apply(row: CountedRow): boolean {
    const key = keyOf(row.chat);
    const chat = this.#chats.get(key);
    this.#noteDeleted(key, row);
    this.#set(key, chat ? withRow(chat, row, this.#me) : fromRow(row, this.#me));
    return chat !== undefined;
  }

  read(news: ReadNews): void {
    this.update(keyOf(news.chat), (chat) => withRead(chat, news, this.#me));
  }

  /** Changes a chat, if it is known; its unread count follows from its counters. */
  update(key: ChatKey, change: (chat: Chat) => Chat): void {
    const chat = this.#chats.get(key);
    if (chat) this.#set(key, counted(change(chat)));
  }

  /** Changes them all; what comes back as it was is left alone. */
  change(change: (chat: Chat) => Chat): void {
    for (const [key, chat] of this.#chats) {
      const next = change(chat);
      if (next === chat) continue;
      this.#noteDeleted(key, next);
      this.#set(key, next);
    }
  }

  /** To be called when the clock was set. */
  clockSet(): void {
    this.#mutes.again();
  }

  close(): void {
    this.#mutes.stop();
  }

  #noteDeleted(key: ChatKey, { seq, deletedAt }: Pick<Chat, 'seq' | 'deletedAt'>): void {
    if (deletedAt) this.#deleted.set(key, new Set(this.#deleted.get(key)).add(seq));
  }

  #set(key: ChatKey, chat: Chat): void {
    this.#chats.set(key, chat);
    this.#mutes.expect(chat.mutedUntil);
    this.#version++;
  }
}

function newestFirst(a: Chat, b: Chat): number {
  return a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? 1 : -1;
}
