// The server's errors by their code, and what is wrong with a form field.
import { plural } from '../plural';
import { words } from '../words';

export const refusals = {
  faults: {
    required: 'Fill in this field.',
    tooLong: plural('en', { one: 'Use at most # character.', other: 'Use at most # characters.' }),
    email: 'Enter a valid email address.',
    passwordShort: plural('en', { one: 'Use at least # character.', other: 'Use at least # characters.' }),
    control: 'Remove the characters that are not allowed.',
    same: 'Enter a password that differs from your current one.',
    notTyped: (text: string) => words`Type ${text} to continue.`,
  },
  codes: {
    email_taken: 'An account with this email already exists. Log in or use another email.',
    wrong_credentials: 'Wrong email or password. Try again.',
    confirm_required: 'Nothing was changed. Enter your password to confirm.',
    wrong_password: 'Wrong password. Try again.',
    too_many_requests: 'Too many attempts. Wait a moment and try again.',
    unavailable: 'The server is busy. Try again in a moment.',
    disk_full: 'The server’s disk is full, so nothing was saved. Try again later.',
    network: 'Could not reach the server. Check your connection and try again.',
    invalid: 'Some fields are not filled in correctly. Check them and try again.',
    user_not_found: 'This person no longer has an account.',
    not_a_member: 'You or this person are no longer in the group.',
    not_allowed: 'You no longer have permission to do this in the group.',
    already_a_member: 'This person is already in the group.',
    group_full: 'The group is full.',
    role_unchanged: 'This person already has this role.',
    cannot_be_added: 'This person left or was removed. Only an owner or admin can add them back.',
    too_many_adds: 'You have added too many people. Try again in an hour.',
    storage_full:
      'You have used up your storage. Delete some of your messages or ask the administrator for more.',
    chat_not_found: 'This chat no longer exists.',
    you_blocked: 'You blocked this person. Unblock them to send messages.',
    blocked: 'Not delivered: this person does not accept messages from you',
    unknown: 'Something went wrong. Try again.',
  },
};
