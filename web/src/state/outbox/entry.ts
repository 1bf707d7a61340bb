// An unsent message: what the outbox keeps until the server acknowledges it.
import type { ChatKey } from '../../protocol/chat';
import type { QuoteItem } from '../../protocol/socket';

export interface Entry {
  /** The message's id, the same at every attempt: the server stores it once. */
  messageId: string;
  user: string;
  chat: ChatKey;
  content: string;
  replyTo: QuoteItem | null;
  createdAt: string;
  /** Ascending in the order of sending. */
  order: number;
  /** The server's code if it refused the message. Then only the user can retry or discard it. */
  refused: string | null;
}
