// The text of a notice, for clients that show it as it is. Pure.
import type { EventItem } from '../../protocol/socket';
import type { User } from '../../state/session/session.svelte';
import type { Strings } from '../../strings/dictionary';
import { noticeText } from '../naming';

type Did = Partial<EventItem> & Pick<EventItem, 'kind'>;

/** It names the sender, since others read it. */
export function plainNotice(by: Pick<User, 'firstName' | 'lastName'>, did: Did, strings: Strings): string {
  const event = { userId: null, firstName: null, lastName: null, groupName: null, role: null, ...did };
  const sender = { senderId: 'oneself', senderName: by.firstName, senderLastName: by.lastName };
  return noticeText({ ...sender, content: '', event }, 'a reader', strings);
}
