// Whether somebody is to be told of what came in: never of one's own, of muted chats, or of what is looked at.
import { keyOf, type ChatKey } from '../protocol/chat';
import type { Row } from '../protocol/rows';
import type { Attention } from './attention';
import type { Blocked } from './blocked.svelte';
import { chatKey, type Chat } from './chat';
import type { Chats } from './chats.svelte';

/** What came in: a message or notice, or the newest one of a chat in which some were missed. */
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

  // Not if it is muted, or has been read elsewhere by now.
  #isNews(key: ChatKey, { seq }: Arrival): boolean {
    const chat = this.#chats.get(key);
    return chat !== undefined && !this.#chats.isMuted(chat) && Math.max(chat.readUpTo, chat.hiddenUpTo) < seq;
  }
}

/** A message of another; of notices only that one was added oneself. */
function concerns({ senderId, event, deletedAt }: Arrival, me: string): boolean {
  if (senderId === me || deletedAt) return false;
  return event === null || (event.kind === 'added' && event.userId === me);
}

/** The chats in which something came since they were as in `before`. */
export function arrivedSince(before: ReadonlyMap<ChatKey, number>, list: Chat[]): Chat[] {
  return list.filter((chat) => chat.unreadCount > 0 && chat.seq > (before.get(chatKey(chat)) ?? 0));
}
