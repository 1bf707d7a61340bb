// The chat list.
import { notes } from '../language';
import { plural } from '../plural';

export const chats = {
  title: 'Chats',
  empty: 'No chats yet',
  emptyHint: 'Search for people by name or email and say hello.',
  welcome: 'Start your first chat',
  welcomeHint: 'Find people by name or email, or create a group.',
  findPeople: 'Find people',
  invite: 'Invite others to sign up at',
  copyAddress: 'Copy address',
  compose: 'New chat',
  newMessage: 'New message',
  offline: 'No connection',
  offlineHint: 'Your chats will appear when you are back online.',
  unread: plural('en', { one: '# unread message', other: '# unread messages' }),
  muted: 'Muted',
  notes: notes.en,
  deletedAccount: 'Deleted account',
  you: 'You',
  unknown: 'Unknown',
  draft: 'Draft',
  sending: 'Sending',
  menu: 'Menu',
  newGroup: 'New group',
};
