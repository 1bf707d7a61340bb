// Actions on stored messages. The outbox sends.
import { paramsOf, type ChatKey } from '../../protocol/chat';
import type { Messenger } from '../messenger.svelte';

export async function edit(
  messenger: Messenger,
  chat: ChatKey,
  messageId: string,
  content: string,
): Promise<void> {
  const { item } = await messenger.line.ask('editMessage', { ...paramsOf(chat), messageId, content });
  messenger.changed(item);
}

/** Deletes it for everyone: the row stays without its text. */
export async function remove(messenger: Messenger, chat: ChatKey, messageId: string): Promise<void> {
  const { item } = await messenger.line.ask('deleteMessage', { ...paramsOf(chat), messageId });
  messenger.changed(item);
}

/** Adds or removes the user's reaction. */
export async function react(
  messenger: Messenger,
  chat: ChatKey,
  messageId: string,
  emoji: string,
  on: boolean,
): Promise<void> {
  const { item } = await messenger.line.ask('react', { ...paramsOf(chat), messageId, emoji, on });
  messenger.changed(item);
}
