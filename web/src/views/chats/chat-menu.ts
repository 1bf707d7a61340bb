// The entry points of a chat's menus. The choices are loaded when a menu is first opened.
import { idOf, isGroup, type ChatKey } from '../../protocol/chat';
import type { Chat } from '../../state/chats/chat';
import type { Messenger } from '../../state/messenger.svelte';
import type { Choice } from '../parts/MenuList.svelte';
import type { Ui } from '../ui.svelte';

/** The choices of a chat's menu, loaded when it opens. */
export async function chatMenu(ui: Ui, messenger: Messenger, chat: Chat): Promise<Choice[]> {
  const { chatChoices } = await import('./chat-actions');
  return chatChoices(ui, messenger, chat);
}

export function showInfo(ui: Ui, chatKey: ChatKey, name: string): void {
  if (isGroup(chatKey)) void ui.dialogs.show('groupInfo', { groupId: idOf(chatKey) });
  else void ui.dialogs.show('personInfo', { userId: idOf(chatKey), name });
}
