// A message on its way: what the outbox keeps until the server has acknowledged it.
import type { ChatKey } from '../protocol/chat';
import type { Quote } from '../protocol/rows';

export interface Entry {
  /** The message's id, the same at every attempt: the server stores it once. */
  messageId: string;
  user: string;
  chat: ChatKey;
  content: string;
  replyTo: Quote | null;
  createdAt: string;
  /** Ascending in the order of sending. */
  order: number;
  /** The server's code, if it refused the message; then only its writer moves it. */
  refused: string | null;
}
