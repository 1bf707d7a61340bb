// Passes the server's broadcasts to the parts that handle them.
import type { Broadcast } from '../protocol/frames';
import { keyOf } from '../protocol/chat';
import { personDeleted } from './people/deletion';
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
      return to.stored(news.item);
    case 'messageEdited':
    case 'messageDeleted':
      return to.changed(news.item);
    case 'messageReactions': {
      const { lastSeq, revision } = news.item;
      const key = keyOf(news.item.chat);
      to.histories.opened(key)?.react(news.item);
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
      return to.gone(keyOf(news.item.chat), 'removed');
    case 'dropGroup':
      return to.gone(keyOf(news.item.chat), 'dropped');
    case 'dialogHidden':
      return to.gone(keyOf(news.item.chat));
    case 'muteChat': {
      const { mutedUntil, state } = news.item;
      return to.chats.update(keyOf(news.item.chat), (chat) => ({ ...chat, mutedUntil, state }));
    }
    case 'roleChanged': {
      const { role, state } = news.item;
      return to.chats.update(keyOf(news.item.chat), (chat) => ({ ...chat, role, state }));
    }
    case 'blockUser':
      return to.blocked.heard(news.item.userId, news.item.on);
    case 'profileChanged':
      return to.renamed(news.item.firstName, news.item.lastName);
    case 'privacyChanged':
      return to.privacy.heard(news.item);
    case 'personDeleted':
      return personDeleted(to, news.item);
    case 'sessionBegan':
      return to.onSessionBegan(news.item.userAgent);
    case 'typing':
      if (to.blocked.has(news.item.userId)) return;
      return to.typing.heard(keyOf(news.item.chat), news.item.userId, news.item.firstName);
    case 'presence':
      return to.presence.heard([news.item]);
    case 'hello': // the connection's own
  }
}
