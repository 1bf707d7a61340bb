// Passes the server's broadcasts to the parts that handle them.
import type { Broadcast } from '../protocol/frames';
import { keyOf } from '../protocol/chat';
import { personDeleted } from './people/deletion';
import type { Messenger } from './messenger.svelte';

export function receive(to: Messenger, broadcast: Broadcast): void {
  switch (broadcast.type) {
    case 'privateMessage':
    case 'messageInGroup':
      to.stored(broadcast.item);
      return void to.outbox.settle(broadcast.item.messageId);
    case 'addUserInGroup':
    case 'leaveGroup':
    case 'removeUserFromGroup':
    case 'groupChanged':
      return to.stored(broadcast.item);
    case 'messageEdited':
    case 'messageDeleted':
      return to.changed(broadcast.item);
    case 'messageReactions': {
      const { lastSeq, revision } = broadcast.item;
      const key = keyOf(broadcast.item.chat);
      to.histories.opened(key)?.react(broadcast.item);
      return to.chats.update(key, (chat) => ({
        ...chat,
        lastSeq: Math.max(chat.lastSeq, lastSeq),
        revision: Math.max(chat.revision, revision),
      }));
    }
    case 'messagesExpired':
      to.chats.expired(broadcast.item);
      to.cache.prune();
      return to.histories.opened(keyOf(broadcast.item.chat))?.expire(broadcast.item.revision);
    case 'messagesRead':
      to.receipts.heard(broadcast.item);
      return to.chats.read(broadcast.item);
    case 'removedFromGroup':
      return to.gone(keyOf(broadcast.item.chat), 'removed');
    case 'dropGroup':
      return to.gone(keyOf(broadcast.item.chat), 'dropped');
    case 'dialogHidden':
      return to.gone(keyOf(broadcast.item.chat));
    case 'muteChat': {
      const { mutedUntil, state } = broadcast.item;
      return to.chats.update(keyOf(broadcast.item.chat), (chat) => ({ ...chat, mutedUntil, state }));
    }
    case 'roleChanged': {
      const { role, state } = broadcast.item;
      return to.chats.update(keyOf(broadcast.item.chat), (chat) => ({ ...chat, role, state }));
    }
    case 'blockUser':
      return to.blocked.heard(broadcast.item.userId, broadcast.item.on);
    case 'profileChanged':
      return to.renamed(broadcast.item.firstName, broadcast.item.lastName);
    case 'privacyChanged':
      return to.privacy.heard(broadcast.item);
    case 'personDeleted':
      return personDeleted(to, broadcast.item);
    case 'sessionBegan':
      return to.onSessionBegan(broadcast.item.userAgent);
    case 'typing':
      if (to.blocked.has(broadcast.item.userId)) return;
      return to.typing.heard(keyOf(broadcast.item.chat), broadcast.item.userId, broadcast.item.firstName);
    case 'presence':
      return to.presence.heard([broadcast.item]);
    case 'serverNotice':
      return to.noticed(broadcast.item.serverNotice);
    case 'hello': // the connection's own
  }
}
