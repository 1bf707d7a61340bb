// People as the picker shows them. Pure.
import { idOf } from '../../protocol/chat';
import type { Invited } from '../../state/actions/groups';
import { chatKey, type Chat } from '../../state/chats/chat';
import type { Found } from '../../state/chats/search.svelte';
import type { User } from '../../state/session/session.svelte';
import type { Strings } from '../../strings/dictionary';
import { chatTitle } from '../naming';
import { plainNotice } from './notice';

const OFFERED = 30;

/** The user's dialog partners, latest first, except `without`. */
export function partners(chats: Chat[], me: string, without: ReadonlySet<string>, strings: Strings): Found[] {
  return chats
    .filter(({ partnerId, deleted, blocked }) => partnerId && partnerId !== me && !deleted && !blocked)
    .filter(({ partnerId }) => !without.has(partnerId ?? ''))
    .slice(0, OFFERED)
    .map((chat) => ({ key: chatKey(chat), name: chatTitle(chat, me, strings), detail: '' }));
}

/** Each person with the text of the notice about them. */
export function invited(people: Found[], by: User, strings: Strings): Invited[] {
  return people.map(({ key, name }) => ({
    userId: idOf(key),
    notice: plainNotice(by, { kind: 'added', userId: idOf(key), firstName: name, lastName: '' }, strings),
  }));
}
