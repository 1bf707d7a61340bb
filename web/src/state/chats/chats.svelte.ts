// The user's chats: a map by key, and the list as shown.
import { compareKeys, keyOf, type ChatKey } from '../../protocol/chat';
import type { CountedRow, KnownChat } from '../../protocol/rows';
import type { ChatRow, ExpiredItem, ReadItem } from '../../protocol/socket';
import {
  counted,
  fromRow,
  gone,
  isMuted,
  mergeListRow,
  withExpired,
  withRead,
  withRow,
  type Chat,
} from './chat';
import { Mutes } from './mutes.svelte';

/** How others ended a group for the user. */
export interface Ending {
  why: 'removed' | 'dropped';
  groupName: string;
}

export class Chats {
  /** Whether the list is loaded, from the server or the cache. */
  ready = $state(false);
  #me: string;
  #chats = new Map<ChatKey, Chat>();
  #endings = new Map<ChatKey, Ending>();
  #version = $state(0);
  /** The seqs of messages that were deleted while unread. */
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

  /** The unread count without messages that are known to be deleted. */
  waiting(chat: Chat): number {
    const read = gone(chat);
    const deleted = [...(this.#deleted.get(keyOf(chat.chat)) ?? [])].filter((seq) => seq > read);
    return Math.max(0, chat.unreadCount - deleted.length);
  }

  /** Reactive: changes when the mute ends. */
  isMuted(chat: Chat): boolean {
    this.#mutes.follow();
    return isMuted(chat, this.#now());
  }

  /** What a resume sends to the server, in its order. */
  known(): KnownChat[] {
    return [...this.#chats.entries()]
      .sort(([a], [b]) => compareKeys(a, b))
      .map(([, { chat, lastSeq, revision, state }]) => ({ chat, lastSeq, revision, state }));
  }

  /** The newest known seq of each chat. */
  lastSeqs(): Map<ChatKey, number> {
    return new Map([...this.#chats].map(([key, { lastSeq }]) => [key, lastSeq]));
  }

  /** The user's dialog partners, latest first. */
  partners(): string[] {
    return this.list.flatMap(({ partnerId }) => (partnerId && partnerId !== this.#me ? partnerId : []));
  }

  merge(rows: ChatRow[]): void {
    for (const row of rows) {
      const key = keyOf(row.chat);
      this.#chats.set(key, mergeListRow(this.#chats.get(key), row));
      this.#noteDeleted(key, row);
      this.#mutes.expect(row.mutedUntil);
    }
    this.#version++;
  }

  /** `why`: set if others ended the group. */
  remove(key: ChatKey, why?: Ending['why']): void {
    const groupName = this.#chats.get(key)?.groupName;
    if (why && groupName) this.#endings.set(key, { why, groupName });
    else if (groupName) this.#endings.delete(key);
    this.#deleted.delete(key);
    if (this.#chats.delete(key)) this.#version++;
  }

  /** How a chat ended that is gone. */
  ending(key: ChatKey): Ending | undefined {
    return this.get(key) ? undefined : this.#endings.get(key);
  }

  clear(): void {
    this.#chats.clear();
    this.#deleted.clear();
    this.#version++;
  }

  /** Applies a new or changed message. Returns false if the chat was unknown, so that the rest must be requested. */
  apply(row: CountedRow): boolean {
    const key = keyOf(row.chat);
    const chat = this.#chats.get(key);
    this.#noteDeleted(key, row);
    this.#set(key, chat ? withRow(chat, row, this.#me) : fromRow(row, this.#me));
    return chat !== undefined;
  }

  read(item: ReadItem): void {
    this.update(keyOf(item.chat), (chat) => withRead(chat, item, this.#me));
  }

  expired(item: ExpiredItem): void {
    this.update(keyOf(item.chat), (chat) => withExpired(chat, item));
  }

  /** Changes a chat, if it is known, and recomputes its unread count. */
  update(key: ChatKey, change: (chat: Chat) => Chat): void {
    const chat = this.#chats.get(key);
    if (chat) this.#set(key, counted(change(chat)));
  }

  /** Changes all chats. A chat that is returned as it was is not changed. */
  change(change: (chat: Chat) => Chat): void {
    for (const [key, chat] of this.#chats) {
      const next = change(chat);
      if (next === chat) continue;
      this.#noteDeleted(key, next);
      this.#set(key, next);
    }
  }

  /** Call this when the server's clock is known. */
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
