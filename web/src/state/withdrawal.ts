// What is to become of a notification as its message is read, edited, deleted or erased. Pure.
import type { Row } from '../protocol/rows';
import type { Chat } from './chat';

type Message = Pick<Row, 'messageId' | 'deletedAt'>;

/** `keep` it, `close` it, or `update` it with what the message says now. */
export type Fate = 'keep' | 'close' | 'update';

/** By what is known of the chat, whatever happened in between: gone, read, or with a newest message that changed. */
export function fateInChat(about: { messageId: string; seq: number }, chat: Chat | undefined): Fate {
  if (!chat || about.seq <= Math.max(chat.readUpTo, chat.hiddenUpTo)) return 'close';
  return fateByMessage(about.messageId, chat);
}

/** By a message that has changed. */
export function fateByMessage(messageId: string, message: Message): Fate {
  if (message.messageId !== messageId) return 'keep';
  return message.deletedAt ? 'close' : 'update';
}
