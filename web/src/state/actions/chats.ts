// Actions on a chat that change it only for the user: mute, block, delete.
import { idOf, paramsOf, type ChatKey } from '../../protocol/chat';
import { markable } from '../rules';
import type { Messenger } from '../messenger.svelte';

/** Mutes until a time; null unmutes. */
export async function mute(messenger: Messenger, chat: ChatKey, until: string | null): Promise<void> {
  const { item } = await messenger.line.ask('muteChat', { ...paramsOf(chat), until });
  messenger.chats.update(chat, (known) => ({ ...known, mutedUntil: item.mutedUntil, state: item.state }));
}

export async function block(messenger: Messenger, userId: string, on: boolean): Promise<void> {
  await messenger.line.ask('blockUser', { userId, on });
  messenger.blocked.heard(userId, on);
}

/** Marks the whole chat as read. */
export function markRead(messenger: Messenger, chat: ChatKey): void {
  const known = messenger.chats.get(chat);
  if (known && markable(known)) messenger.reads.upTo(chat, known.lastSeq);
}

/** Deletes a dialog for the user. The other person keeps it. */
export async function hide(messenger: Messenger, chat: ChatKey): Promise<void> {
  await messenger.api.hideDialog(idOf(chat));
  messenger.gone(chat);
}
