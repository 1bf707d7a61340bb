// After how many days a group's messages are deleted: the owner's choice, and what holds for the group.
import { idOf, keyOf } from '../../protocol/chat';
import { setRetention } from '../../state/actions/groups';
import type { Chat } from '../../state/chats/chat';
import type { Messenger } from '../../state/messenger.svelte';
import type { Choice } from '../parts/MenuList.svelte';
import type { Ui } from '../ui.svelte';
import { plainNotice } from './notice';

const offered = [1, 7, 30, 90, 365];

/** The shorter of the group's limit and the server's; null if messages are kept. */
export function keptDays(messenger: Messenger, chat: Chat): number | null {
  const limits = [chat.retentionDays ?? null, serverDays(messenger)];
  const days = limits.filter((limit) => limit !== null);
  return days.length > 0 ? Math.min(...days) : null;
}

export function retentionChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const texts = ui.strings.groups;
  const now = chat.retentionDays ?? null;
  const set = (days: number | null) => {
    const notice = plainNotice(messenger.user, { kind: 'retention', retentionDays: days }, ui.strings);
    void ui.attempt(setRetention(messenger, idOf(keyOf(chat.chat)), days, notice));
  };
  const ask = (days: number) =>
    void ui.dialogs.show('confirm', {
      title: texts.retentionTitle(days),
      text: texts.retentionText,
      action: texts.retentionAction,
      onconfirm: () => set(days),
    });
  const off = { label: texts.retentionOff, action: () => set(null) };
  const most = serverDays(messenger) ?? Infinity;
  const lengths = offered
    .filter((days) => days < most)
    .map((days) => ({
      label: texts.retentionAfter(days),
      action: () => ask(days),
      days,
    }));
  const more = [...(now === null ? [] : [off]), ...lengths.filter(({ days }) => days !== now)];
  const hint = now === null ? texts.retentionOff : texts.retentionAfter(now);
  return { label: texts.retention, hint, icon: 'clock', more };
}

/** The server's limit. */
function serverDays(messenger: Messenger): number | null {
  return messenger.line.bounds?.retentionDays ?? null;
}
