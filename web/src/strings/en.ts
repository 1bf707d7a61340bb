// English. Its shape is every dictionary's: what another language lacks is a type error.
import { plural } from './plural';

const words = plural('en', { one: '# member', other: '# members' });

export const en = {
  locale: 'en',
  app: { name: 'Hearth', tagline: 'Talk with the people you know.', loading: 'Loading…' },

  account: {
    logIn: 'Log in',
    signUp: 'Create account',
    logOut: 'Log out',
    toSignUp: 'New here? Create an account',
    toLogIn: 'Have an account? Log in',
    firstName: 'First name',
    lastName: 'Last name (optional)',
    email: 'E-mail',
    password: 'Password',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    working: 'One moment…',
    expired: 'Your session has ended. Log in to go on; what you wrote is kept.',
  },

  faults: {
    required: 'Please fill this in.',
    tooLong: (limit: number) => `At most ${limit} characters.`,
    email: 'This does not look like an e-mail address.',
    passwordShort: (limit: number) => `At least ${limit} characters.`,
    control: 'This contains characters that cannot be used.',
  },

  /** Refusals of the server by their code. */
  refusals: {
    email_taken: 'Somebody already signed up with this e-mail.',
    wrong_credentials: 'There is no such account, or the password is wrong.',
    wrong_password: 'The password is wrong.',
    too_many_requests: 'Too many attempts. Wait a moment, then try again.',
    unavailable: 'The server is busy. Try again in a moment.',
    network: 'The server cannot be reached. Check your connection.',
    invalid: 'Something is not filled in as it must be.',
    user_not_found: 'This person has no account any more.',
    not_a_member: 'You are not a member of this group.',
    not_allowed: 'You may not do this.',
    blocked: 'Messages between you are blocked.',
    unknown: 'That did not work. Try again.',
  },

  line: {
    connecting: 'Connecting…',
    waiting: 'No connection. Trying again…',
    offline: 'You are offline. What you write is sent when you are back.',
    retry: 'Try now',
  },

  chats: {
    title: 'Chats',
    empty: 'No conversations yet',
    emptyHint: 'Search for somebody by name or e-mail, and say hello.',
    unread: plural('en', { one: '# unread message', other: '# unread messages' }),
    muted: 'Muted',
    notes: 'Notes',
    deletedAccount: 'Deleted account',
    you: 'You',
    draft: 'Draft',
    sending: 'Sending',
    menu: 'Menu',
  },

  search: {
    label: 'Search people and groups',
    clear: 'Clear search',
    people: 'People',
    groups: 'Groups',
    searching: 'Searching…',
    nothing: 'Nobody and no group found',
    nothingHint: 'Try another spelling, or the e-mail address.',
    failed: 'The search did not work.',
    found: plural('en', { one: '# result', other: '# results' }),
  },

  conversation: {
    choose: 'Choose a conversation',
    chooseHint: 'Or search for somebody to begin one.',
    back: 'Back to the chats',
    label: 'Messages',
    empty: 'Nothing here yet',
    emptyHint: 'Write the first message.',
    failed: 'The messages could not be loaded.',
    retry: 'Try again',
    unread: 'New messages',
    toNewest: 'To the newest messages',
    write: 'Message',
    send: 'Send',
    tooLong: (over: number) => `${over} characters too many`,
    deletedCannot: 'This account is gone. You can still read what was said.',
    blockedCannot: 'You have blocked this person.',
    pending: 'Sending…',
    notSent: 'Not sent',
    discard: 'Discard',
    sent: 'Sent',
    seen: 'Seen',
    edited: 'edited',
    deleted: 'Message deleted',
    online: 'online',
    lastSeen: (when: string) => `last seen ${when}`,
    members: words,
    typing: (names: string[]) =>
      names.length === 1
        ? `${names[0]} is typing…`
        : names.length === 2
          ? `${names.join(' and ')} are typing…`
          : 'Several people are typing…',
    typingShort: 'typing…',
  },

  /** Notices in groups: who did it, to whom. `you` is for the reader. */
  notices: {
    created: (who: string) => `${who} created the group`,
    added: (who: string, whom: string) => `${who} added ${whom}`,
    left: (who: string) => `${who} left the group`,
    removed: (who: string, whom: string) => `${who} removed ${whom}`,
    renamed: (who: string, name: string) => `${who} renamed the group to “${name}”`,
    owner: (who: string, whom: string) => `${who} made ${whom} the owner`,
    admin: (who: string, whom: string) => `${who} made ${whom} an admin`,
    member: (who: string, whom: string) => `${who} made ${whom} a member again`,
  },
};

export type Strings = typeof en;
