// Actions on a message.
import { plural } from '../plural';
import { words } from '../words';

export const messages = {
  menu: 'Message menu',
  keys: 'Use the arrow keys to move between messages, Enter to open the menu, and the question mark to see all keyboard shortcuts.',
  react: 'React',
  moreReactions: 'More reactions',
  reactions: 'Reactions',
  seenBy: plural('en', { one: 'Seen by # person', other: 'Seen by # people' }),
  reply: 'Reply',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Could not copy: the browser does not allow it',
  edit: 'Edit',
  remove: 'Delete',
  removeTitle: 'Delete this message?',
  removeText: 'It is deleted for everyone in this chat.',
  cancel: 'Cancel',
  replyingTo: (name: string) => words`Reply to ${name}`,
  editing: 'Edit message',
  quoteGone: 'Message not available',
  toQuoted: 'Go to quoted message',
  reaction: (emoji: string, count: number, mine: boolean) =>
    words`${emoji} ${String(count)}${mine ? ', you too' : ''}`,
};
