// People as the picker shows them. Pure.
import { idOf } from '../../protocol/chat';
import type { Invited } from '../../state/actions/groups';
import { chatKey, type Chat } from '../../state/chat';
import type { Found } from '../../state/search.svelte';
import type { User } from '../../state/session.svelte';
import type { Strings } from '../../strings/dictionary';
import { plainNotice } from './notice';

const OFFERED = 30;

/** With whom one talks, the latest first, without some. */
export function partners(chats: Chat[], me: string, without: ReadonlySet<string>): Found[] {
  return chats
    .filter(({ partnerId, deleted, blocked }) => partnerId && partnerId !== me && !deleted && !blocked)
    .filter(({ partnerId }) => !without.has(partnerId ?? ''))
    .slice(0, OFFERED)
    .map((chat) => ({
      key: chatKey(chat),
      name: [chat.partnerName, chat.partnerLastName].filter(Boolean).join(' '),
      detail: '',
    }));
}

/** With the text of the notice that each of them makes. */
export function invited(people: Found[], by: User, strings: Strings): Invited[] {
  return people.map(({ key, name }) => ({
    userId: idOf(key),
    notice: plainNotice(by, { kind: 'added', userId: idOf(key), firstName: name, lastName: '' }, strings),
  }));
}
