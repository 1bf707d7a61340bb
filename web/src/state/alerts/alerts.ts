// Decides whether to notify of a message: never of own messages, in muted chats, or in a chat that is being viewed.
import { keyOf, type ChatKey } from '../../protocol/chat';
import type { Row } from '../../protocol/socket';
import type { Attention } from './attention';
import type { Blocked } from '../people/blocked.svelte';
import { chatKey, type Chat } from '../chats/chat';
import type { Chats } from '../chats/chats.svelte';

/** A message or notice that arrived, or the newest of several that were missed. */
export type Arrival = Pick<
  Row,
  | 'messageId'
  | 'senderId'
  | 'senderName'
  | 'senderLastName'
  | 'content'
  | 'event'
  | 'deletedAt'
  | 'chat'
  | 'seq'
>;

export class Alerts {
  #me: string;
  #chats: Chats;
  #attention: Attention;
  #blocked: Pick<Blocked, 'hides'>;
  #tell: (arrival: Arrival, key: ChatKey) => void;

  constructor(
    me: string,
    chats: Chats,
    attention: Attention,
    blocked: Pick<Blocked, 'hides'>,
    tell: (arrival: Arrival, key: ChatKey) => void,
  ) {
    this.#me = me;
    this.#chats = chats;
    this.#attention = attention;
    this.#blocked = blocked;
    this.#tell = tell;
  }

  async arrived(arrival: Arrival): Promise<void> {
    const key = keyOf(arrival.chat);
    if (!concerns(arrival, this.#me) || !this.#isNews(key, arrival)) return;
    if (this.#blocked.hides(key, arrival)) return;
    if (await this.#attention.isLookedAt(key)) return;
    if (await this.#attention.claim(arrival.messageId)) this.#tell(arrival, key);
  }

  // Not in a muted chat, nor if it has been read elsewhere.
  #isNews(key: ChatKey, { seq }: Arrival): boolean {
    const chat = this.#chats.get(key);
    return chat !== undefined && !this.#chats.isMuted(chat) && Math.max(chat.readUpTo, chat.hiddenUpTo) < seq;
  }
}

/** Messages of others; of notices only that the user was added. */
function concerns({ senderId, event, deletedAt }: Arrival, me: string): boolean {
  if (senderId === me || deletedAt) return false;
  return event === null || (event.kind === 'added' && event.userId === me);
}

/** The chats with new unread messages since `before`. */
export function arrivedSince(before: ReadonlyMap<ChatKey, number>, list: Chat[]): Chat[] {
  return list.filter((chat) => chat.unreadCount > 0 && chat.seq > (before.get(chatKey(chat)) ?? 0));
}
