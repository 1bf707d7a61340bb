// What happens to a notification when its message is read, edited or deleted. Pure.
import type { Row } from '../../protocol/socket';
import type { Chat } from '../chats/chat';

type Message = Pick<Row, 'messageId' | 'deletedAt'>;

/** `keep` it, `close` it, or `update` it with the current text. */
export type Fate = 'keep' | 'close' | 'update';

/** By the chat's current state: gone, read, or with a changed newest message. */
export function fateInChat(about: { messageId: string; seq: number }, chat: Chat | undefined): Fate {
  if (!chat || about.seq <= Math.max(chat.readUpTo, chat.hiddenUpTo)) return 'close';
  return fateByMessage(about.messageId, chat);
}

/** By a message that has changed. */
export function fateByMessage(messageId: string, message: Message): Fate {
  if (message.messageId !== messageId) return 'keep';
  return message.deletedAt ? 'close' : 'update';
}
