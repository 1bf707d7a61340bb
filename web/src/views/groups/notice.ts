// The text of a notice for clients that do not word notices themselves. Pure.
import type { ChatEvent } from '../../protocol/rows';
import type { User } from '../../state/session.svelte';
import type { Strings } from '../../strings/dictionary';
import { noticeText } from '../naming';

type Did = Partial<ChatEvent> & Pick<ChatEvent, 'kind'>;

/** Of a notice that one makes: it speaks of oneself by name, since others read it. */
export function plainNotice(by: Pick<User, 'firstName' | 'lastName'>, did: Did, strings: Strings): string {
  const event = { userId: null, firstName: null, lastName: null, groupName: null, role: null, ...did };
  const sender = { senderId: 'oneself', senderName: by.firstName, senderLastName: by.lastName };
  return noticeText({ ...sender, content: '', event }, 'a reader', strings);
}
