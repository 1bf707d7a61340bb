// The actions on a chat, as menu choices: in its header, in the list and in its info dialog.
import { idOf, keyOf } from '../../protocol/chat';
import { block, hide, markRead, mute } from '../../state/actions/chats';
import { drop, leave } from '../../state/actions/groups';
import type { Chat } from '../../state/chats/chat';
import type { Messenger } from '../../state/messenger.svelte';
import { isForever, muteUntil, type MuteFor } from '../../state/chats/mute';
import { markable, permissions } from '../../state/rules';
import { plainNotice } from '../groups/notice';
import { chatTitle } from '../naming';
import type { Choice } from '../parts/MenuList.svelte';
import type { Ui } from '../ui.svelte';
import { showInfo } from './chat-menu';

const lengths: MuteFor[] = ['hour', 'hours', 'morning', 'always'];

export function chatChoices(ui: Ui, messenger: Messenger, chat: Chat): Choice[] {
  return [
    aboutChoice(ui, messenger, chat),
    ...readChoices(ui, messenger, chat),
    muteChoice(ui, messenger, chat),
    ...endChoices(ui, messenger, chat),
  ];
}

export function muteChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const key = keyOf(chat.chat);
  const texts = ui.strings.actions;
  if (messenger.chats.isMuted(chat)) {
    const until = chat.mutedUntil ?? '';
    const hint = isForever(until) ? texts.mutedForever : texts.mutedUntil(ui.dates.soon(new Date(until)));
    return {
      label: texts.unmute,
      hint,
      icon: 'bell',
      action: () => void ui.attempt(mute(messenger, key, null)),
    };
  }
  const more = lengths.map((length) => ({
    label: texts.muteFor[length],
    action: () => void ui.attempt(mute(messenger, key, muteUntil(length, new Date(messenger.line.now())))),
  }));
  return { label: texts.mute, icon: 'muted', more };
}

/** The permitted actions that end a chat for the user or for everyone. */
export function endChoices(ui: Ui, messenger: Messenger, chat: Chat): Choice[] {
  const texts = ui.strings.actions;
  const groupTexts = ui.strings.groups;
  const may = permissions(chat, messenger.user.id);
  const choices: Choice[] = [];
  const danger = { danger: true } as const;
  if (may.block) choices.push(blockChoice(ui, messenger, chat));
  if (may.hide) {
    choices.push({
      ...danger,
      label: texts.hide,
      icon: 'bin',
      action: () => askToHide(ui, messenger, chat),
    });
  }
  if (may.leave) {
    choices.push({
      ...danger,
      label: groupTexts.leave,
      icon: 'out',
      action: () => askToLeave(ui, messenger, chat),
    });
  }
  if (may.drop) {
    choices.push({
      ...danger,
      label: groupTexts.drop,
      icon: 'bin',
      action: () => askToDrop(ui, messenger, chat),
    });
  }
  return choices;
}

export function askToBlock(ui: Ui, messenger: Messenger, userId: string, name: string): void {
  const { blockTitle, blockText, blockAction, blockedNow } = ui.strings.people;
  const onconfirm = async () => {
    if (await ui.attempt(block(messenger, userId, true))) ui.say(blockedNow(name));
  };
  void ui.dialogs.show('confirm', {
    title: blockTitle(name),
    text: blockText,
    action: blockAction,
    onconfirm,
  });
}

export async function unblock(ui: Ui, messenger: Messenger, userId: string, name: string): Promise<void> {
  if (await ui.attempt(block(messenger, userId, false))) ui.say(ui.strings.people.unblockedNow(name));
}

function aboutChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const key = keyOf(chat.chat);
  const name = chatTitle(chat, messenger.user.id, ui.strings);
  const label = 'groupId' in chat.chat ? ui.strings.groups.about : ui.strings.people.about;
  return { label, icon: 'info', action: () => showInfo(ui, key, name) };
}

function readChoices(ui: Ui, messenger: Messenger, chat: Chat): Choice[] {
  if (!markable(chat)) return [];
  const action = () => markRead(messenger, keyOf(chat.chat));
  return [{ label: ui.strings.actions.read, icon: 'checks', action }];
}

function blockChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const texts = ui.strings.people;
  const userId = chat.partnerId ?? '';
  const name = chatTitle(chat, messenger.user.id, ui.strings);
  if (chat.blocked)
    return { label: texts.unblock, icon: 'block', action: () => void unblock(ui, messenger, userId, name) };
  return {
    label: texts.block,
    icon: 'block',
    danger: true,
    action: () => askToBlock(ui, messenger, userId, name),
  };
}

function askToHide(ui: Ui, messenger: Messenger, chat: Chat): void {
  const texts = ui.strings.actions;
  const notes = chat.partnerId === messenger.user.id;
  const name = chatTitle(chat, messenger.user.id, ui.strings);
  void ui.dialogs.show('confirm', {
    title: notes ? texts.hideNotesTitle : texts.hideTitle(name),
    text: notes ? texts.hideNotesText : texts.hideText,
    action: texts.hideAction,
    onconfirm: () => void ui.attempt(hide(messenger, keyOf(chat.chat))),
  });
}

function askToLeave(ui: Ui, messenger: Messenger, chat: Chat): void {
  const texts = ui.strings.groups;
  const alone = chat.memberCount === 1;
  const text = alone ? texts.leaveLastText : chat.role === 'owner' ? texts.leaveOwnerText : texts.leaveText;
  const notice = plainNotice(messenger.user, { kind: 'left' }, ui.strings);
  void ui.dialogs.show('confirm', {
    title: texts.leaveTitle(chat.groupName ?? ''),
    text,
    action: texts.leaveAction,
    onconfirm: () => void ui.attempt(leave(messenger, idOf(keyOf(chat.chat)), notice)),
  });
}

function askToDrop(ui: Ui, messenger: Messenger, chat: Chat): void {
  const texts = ui.strings.groups;
  void ui.dialogs.show('confirm', {
    title: texts.dropTitle(chat.groupName ?? ''),
    text: texts.dropText,
    action: texts.dropAction,
    onconfirm: () => void ui.attempt(drop(messenger, idOf(keyOf(chat.chat)))),
  });
}
