// A person, and blocking them.
import { words } from '../words';

export const people = {
  about: 'Contact info',
  write: 'Write a message',
  mail: 'Email',
  notesHint: 'Only you can read what you write here.',
  gone: 'This account was deleted.',
  offline: 'offline',
  block: 'Block…',
  blockAction: 'Block',
  blockTitle: (name: string) => words`Block ${name}?`,
  blockText:
    'They can no longer message you or add you to groups. If they write to you, they see: “Not delivered: this person does not accept messages from you”. In groups that you share, their messages are hidden from you.\n\nThey also no longer see when you are online, when you are typing or what you have read. They are not notified.',
  unblock: 'Unblock',
  unblockName: (name: string) => words`Unblock ${name}`,
  blocked: 'Blocked people',
  blockedNow: (name: string) => words`You blocked ${name}.`,
  unblockedNow: (name: string) => words`${name} can message you again.`,
  nobodyBlocked: 'You have not blocked anyone.',
  nobodyBlockedHint: 'People you block from a chat’s menu appear here.',
  blockedFailed: 'Could not load the list.',
};
