// A chat: its messages and the text field.
import { plural } from '../plural';
import { isolated, words } from '../words';

export const conversation = {
  choose: 'Select a chat',
  chooseHint: 'Or search for someone to message.',
  back: 'Back to chats',
  label: 'Messages',
  empty: 'No messages yet',
  emptyHint: 'Send the first message.',
  offline: 'Not available offline',
  offlineHint: 'The messages will appear when you are back online.',
  notMember: 'You are not a member of this group',
  notMemberHint: 'Only members can read it. Ask one of them to add you.',
  nobody: 'Account not found',
  nobodyHint: 'The link may be wrong, or the account was deleted.',
  failed: 'Could not load the messages.',
  retry: 'Try again',
  unread: 'New messages',
  toNewest: 'Go to newest messages',
  newBelow: plural('en', { one: '# new message', other: '# new messages' }),
  write: 'Message',
  send: 'Send',
  tooLong: plural('en', { one: '# character too many', other: '# characters too many' }),
  deletedCannot: 'This account was deleted. You can still read the messages.',
  blockedPerson: 'Blocked person',
  hidden: 'Message hidden',
  show: 'Show',
  showHidden: 'Show hidden message',
  blockedCannot: 'You blocked this person.',
  unblock: 'Unblock',
  menu: 'Chat menu',
  pending: 'Sending…',
  waiting: 'Waiting for room on the server',
  notSent: 'Not sent',
  discard: 'Discard',
  sent: 'Sent',
  seen: 'Seen',
  edited: 'edited',
  leadsTo: (host: string) => words`leads to ${host}`,
  deleted: 'Message deleted',
  says: (who: string, text: string) => words`${who}: ${text}`,
  saysAt: (who: string, when: string, text: string) => words`${who}, ${when}: ${text}`,
  online: 'online',
  lastSeen: (when: string) => words`last seen ${when}`,
  members: plural('en', { one: '# member', other: '# members' }),
  typing: (names: string[]) =>
    names.length === 1
      ? words`${names[0] ?? ''} is typing…`
      : names.length === 2
        ? names.map(isolated).join(' and ') + ' are typing…'
        : 'Several people are typing…',
  typingShort: 'typing…',
};
