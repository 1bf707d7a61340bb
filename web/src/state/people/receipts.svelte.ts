// How far the members of groups have read. The server reports it only for groups up to a size.
import { idOf, isGroup, keyOf, type ChatKey } from '../../protocol/chat';
import type { MemberRow, ReadItem, Row } from '../../protocol/socket';
import type { Chat } from '../chats/chat';
import type { Line } from '../line.svelte';

type Server = Pick<Line, 'ask' | 'bounds'>;

export class Receipts {
  #line: Server;
  #me: string;
  #shown: () => boolean;
  #members = $state.raw<ReadonlyMap<ChatKey, MemberRow[]>>(new Map());

  /** `shown`: whether the user sends receipts. Otherwise they see none. */
  constructor(line: Server, me: string, shown = () => true) {
    this.#line = line;
    this.#me = me;
    this.#shown = shown;
  }

  /** The largest group for which the server sends receipts. */
  get #upTo(): number {
    return this.#line.bounds?.receiptsUpTo ?? 0;
  }

  /** Reads how far the members have read. Call this when a group is opened and when its members change. */
  async look(chat: Chat): Promise<void> {
    const key = keyOf(chat.chat);
    if (!isGroup(key) || (chat.memberCount ?? 0) > this.#upTo) return;
    const params = { groupId: idOf(key), limit: this.#upTo, cursor: null };
    const answer = await this.#line.ask('groupMembers', params).catch(() => null);
    if (answer) this.#set(key, (known) => merged(known, answer.data));
  }

  /** A member has read. */
  heard({ chat, userId, readUpTo }: ReadItem): void {
    this.#set(keyOf(chat), (members) => withRead(members, userId, readUpTo));
  }

  /** A sender has read what was there. */
  wrote({ chat, senderId, seq }: Row): void {
    this.#set(keyOf(chat), (members) => withRead(members, senderId, seq));
  }

  /** The account was deleted: remove it from all groups. */
  gone(userId: string): void {
    const without = (members: MemberRow[]) => members.filter((member) => member.userId !== userId);
    this.#members = new Map([...this.#members].map(([key, members]) => [key, without(members)]));
  }

  /** The members who have read a group message, without its sender and the user. */
  readers(chat: Chat | undefined, { seq, senderId }: Row): MemberRow[] {
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

  /** Whether the dialog partner has read up to here. Notes have no other reader. */
  seen(chat: Chat | undefined, seq: number): boolean {
    if (!chat || chat.partnerId === this.#me) return false;
    return this.#shown() && (chat.partnerReadUpTo ?? 0) >= seq;
  }

  #set(key: ChatKey, change: (members: MemberRow[]) => MemberRow[]): void {
    const known = this.#members.get(key);
    if (!known && !isGroup(key)) return;
    this.#members = new Map(this.#members).set(key, change(known ?? []));
  }
}

function withRead(members: MemberRow[], userId: string, readUpTo: number): MemberRow[] {
  return members.map((member) =>
    member.userId === userId && member.readUpTo !== null && member.readUpTo < readUpTo
      ? { ...member, readUpTo }
      : member,
  );
}

// Broadcasts may arrive before the answer to an earlier request.
function merged(known: MemberRow[], members: MemberRow[]): MemberRow[] {
  return known.reduce((all, { userId, readUpTo }) => withRead(all, userId, readUpTo ?? 0), members);
}
