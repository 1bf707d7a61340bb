// Sends an entry of the outbox.
import { idOf, isGroup } from '../../protocol/chat';
import type { CountedRow } from '../../protocol/rows';
import type { Entry } from './entry';
import type { Ask } from '../line.svelte';

/** The stored row, whether it was stored now or by an earlier attempt. */
export async function deliver(ask: Ask, { chat, messageId, content, replyTo }: Entry): Promise<CountedRow> {
  const message = { messageId, content, ...(replyTo && { replyTo: replyTo.messageId }) };
  const id = idOf(chat);
  const { item } = isGroup(chat)
    ? await ask('messageInGroup', { groupId: id, ...message })
    : await ask('privateMessage', { receiverId: id, ...message });
  return item;
}
