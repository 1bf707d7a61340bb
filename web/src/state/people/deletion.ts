// Applies the deletion of an account: removes the name everywhere, and the texts if they were erased.
import type { ChatRow, PersonDeletedItem, QuoteItem, Row } from '../../protocol/socket';
import type { Chat } from '../chats/chat';
import type { Messenger } from '../messenger.svelte';

/** The name that the server gives deleted accounts. */
export const DELETED = 'Deleted account';

export function personDeleted(to: Messenger, item: PersonDeletedItem): void {
  const { userId } = item;
  const now = new Date(to.line.now()).toISOString();
  to.chats.change((chat) => withoutPartner(without(chat, item, now), userId));
  to.histories.change((row) => without(row, item, now));
  to.cache.change((row) => without(row, item, now));
  to.outbox.requote((quote) => quoteWithout(quote, item));
  to.search.drop(`u/${userId}`);
  to.people.gone(userId);
  to.blocked.gone(userId);
  to.presence.gone(userId);
  to.receipts.gone(userId);
  to.typing.gone(userId);
  for (const listener of to.onPersonDeleted) listener(item);
}

/** A message or notice; the same object if it has nothing to do with the person. */
export function without<T extends Row | ChatRow>(
  row: T,
  { userId, erased }: PersonDeletedItem,
  now: string,
): T {
  let next = row;
  if (row.senderId === userId) {
    next = { ...next, senderName: DELETED, senderLastName: '' };
    if (erased && !row.event) next = { ...next, content: '', deletedAt: row.deletedAt ?? now, reactions: [] };
  }
  if (row.receiverId === userId) next = { ...next, receiverName: DELETED };
  if (row.event?.userId === userId)
    next = { ...next, event: { ...row.event, firstName: DELETED, lastName: '' } };
  const replyTo = row.replyTo && quoteWithout(row.replyTo, { userId, erased });
  return replyTo === row.replyTo ? next : { ...next, replyTo };
}

export function quoteWithout(quote: QuoteItem, { userId, erased }: PersonDeletedItem): QuoteItem {
  if (quote.senderId !== userId) return quote;
  return erased ? { ...quote, senderName: '', content: '' } : { ...quote, senderName: DELETED };
}

function withoutPartner(chat: Chat, userId: string): Chat {
  if (chat.partnerId !== userId) return chat;
  return { ...chat, partnerName: DELETED, partnerLastName: '', deleted: true };
}
