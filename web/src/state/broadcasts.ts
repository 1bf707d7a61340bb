// Hands the server's news to the parts that they concern.
import type { Broadcast } from '../protocol/broadcasts';
import { keyOf } from '../protocol/chat';
import type { CountedRow } from '../protocol/rows';
import type { Messenger } from './messenger.svelte';

export function receive(to: Messenger, news: Broadcast): void {
  switch (news.type) {
    case 'privateMessage':
    case 'messageInGroup':
      to.stored(news.item);
      return void to.outbox.settle(news.item.messageId);
    case 'addUserInGroup':
    case 'leaveGroup':
    case 'removeUserFromGroup':
    case 'groupChanged':
      return notice(to, news.item);
    case 'messageEdited':
    case 'messageDeleted':
      return to.changed(news.item);
    case 'messageReactions': {
      const { lastSeq, revision } = news.item;
      const key = keyOf(news.item.chat);
      to.loadedHistory(key)?.react(news.item);
      return to.chats.update(key, (chat) => ({
        ...chat,
        lastSeq: Math.max(chat.lastSeq, lastSeq),
        revision: Math.max(chat.revision, revision),
      }));
    }
    case 'messagesRead':
      to.receipts.heard(news.item);
      return to.chats.read(news.item);
    case 'removedFromGroup':
    case 'dropGroup':
    case 'dialogHidden':
      return to.gone(keyOf(news.item.chat));
    case 'muteChat': {
      const { mutedUntil, state } = news.item;
      return to.chats.update(keyOf(news.item.chat), (chat) => ({ ...chat, mutedUntil, state }));
    }
    case 'blockUser': {
      const { userId, on } = news.item;
      return to.chats.update(`u/${userId}`, (chat) => ({ ...chat, blocked: on }));
    }
    case 'profileChanged':
      return to.renamed(news.item.firstName, news.item.lastName);
    case 'typing':
      return to.typing.heard(keyOf(news.item.chat), news.item.userId, news.item.firstName);
    case 'presence':
      return to.presence.heard([news.item]);
    case 'hello': // the connection's own
  }
}

// A notice may change what only the list tells: roles, members, whether one is in it.
function notice(to: Messenger, row: CountedRow): void {
  to.stored(row);
  if (row.event?.kind !== 'renamed') void to.refresh();
}
