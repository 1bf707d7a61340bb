// How far the members of groups have read. The server tells it of groups up to some size; the others show no marks.
import { idOf, isGroup, keyOf, type ChatKey } from '../protocol/chat';
import type { ReadNews } from '../protocol/broadcasts';
import type { Member, Row } from '../protocol/rows';
import type { Chat } from './chat';
import type { Ask } from './line.svelte';

/** Until the server says otherwise. */
const UP_TO = 100;

export class Receipts {
  #ask: Ask;
  #me: string;
  #upTo: () => number;
  #shown: () => boolean;
  #members = $state.raw<ReadonlyMap<ChatKey, Member[]>>(new Map());

  /** `upTo`: the size of the groups that it is told of. `shown`: who sends no receipts sees none, either. */
  constructor(
    ask: Ask,
    me: string,
    { upTo, shown = () => true }: { upTo: () => number | undefined; shown?: () => boolean },
  ) {
    this.#ask = ask;
    this.#me = me;
    this.#upTo = () => upTo() ?? UP_TO;
    this.#shown = shown;
  }

  /** Reads how far the members of a group are; to be called when one looks at it and when its members change. */
  async look(chat: Chat): Promise<void> {
    const key = keyOf(chat.chat);
    if (!isGroup(key) || (chat.memberCount ?? 0) > this.#upTo()) return;
    const params = { groupId: idOf(key), limit: this.#upTo(), cursor: null };
    const answer = await this.#ask('groupMembers', params).catch(() => null);
    if (answer) this.#set(key, (known) => merged(known, answer.data));
  }

  /** Somebody read. */
  heard({ chat, userId, readUpTo }: ReadNews): void {
    this.#set(keyOf(chat), (members) => withRead(members, userId, readUpTo));
  }

  /** Who writes has read what was there. */
  wrote({ chat, senderId, seq }: Row): void {
    this.#set(keyOf(chat), (members) => withRead(members, senderId, seq));
  }

  /** The account was deleted, and is a member of no group any more. */
  gone(userId: string): void {
    const without = (members: Member[]) => members.filter((member) => member.userId !== userId);
    this.#members = new Map([...this.#members].map(([key, members]) => [key, without(members)]));
  }

  /** The members but its sender and oneself who have read a message of a group. */
  readers(chat: Chat | undefined, { seq, senderId }: Row): Member[] {
    if (!chat || !this.#shown()) return [];
    const members = this.#members.get(keyOf(chat.chat)) ?? [];
    return members.filter(
      ({ userId, readUpTo }) => (readUpTo ?? 0) >= seq && userId !== senderId && userId !== this.#me,
    );
  }

  /** The groups whose members were read, and which this person is in. */
  groupsOf(userId: string): ChatKey[] {
    const all = [...this.#members].filter(([, members]) => members.some((each) => each.userId === userId));
    return all.map(([key]) => key);
  }

  /** Whether the other person of a dialog has read up to here; nobody else reads one's notes. */
  seen(chat: Chat | undefined, seq: number): boolean {
    if (!chat || chat.partnerId === this.#me) return false;
    return this.#shown() && (chat.partnerReadUpTo ?? 0) >= seq;
  }

  #set(key: ChatKey, change: (members: Member[]) => Member[]): void {
    const known = this.#members.get(key);
    if (!known && !isGroup(key)) return;
    this.#members = new Map(this.#members).set(key, change(known ?? []));
  }
}

function withRead(members: Member[], userId: string, readUpTo: number): Member[] {
  return members.map((member) =>
    member.userId === userId && member.readUpTo !== null && member.readUpTo < readUpTo
      ? { ...member, readUpTo }
      : member,
  );
}

// News may come before the answer that was asked for earlier.
function merged(known: Member[], members: Member[]): Member[] {
  return known.reduce((all, { userId, readUpTo }) => withRead(all, userId, readUpTo ?? 0), members);
}
