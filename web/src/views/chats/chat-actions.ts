// What one can do to a chat, as choices of a menu: in its header, in the list and in its panel.
import { idOf, keyOf } from '../../protocol/chat';
import { block, hide, markRead, mute } from '../../state/actions/chats';
import { drop, leave } from '../../state/actions/groups';
import type { Chat } from '../../state/chat';
import type { Messenger } from '../../state/messenger.svelte';
import { isForever, markable, muteUntil, permissions, type MuteFor } from '../../state/rules';
import * as actions from '../../strings/actions';
import * as groups from '../../strings/groups';
import * as people from '../../strings/people';
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
  const texts = actions[ui.language];
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

/** What ends a chat for oneself or for all, as far as one may. */
export function endChoices(ui: Ui, messenger: Messenger, chat: Chat): Choice[] {
  const texts = actions[ui.language];
  const groupTexts = groups[ui.language];
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
  const { blockTitle, blockText, blockAction, blockedNow } = people[ui.language];
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
  if (await ui.attempt(block(messenger, userId, false))) ui.say(people[ui.language].unblockedNow(name));
}

function aboutChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const key = keyOf(chat.chat);
  const name = chatTitle(chat, messenger.user.id, ui.strings);
  const label = 'groupId' in chat.chat ? groups[ui.language].about : people[ui.language].about;
  return { label, icon: 'info', action: () => showInfo(ui, key, name) };
}

function readChoices(ui: Ui, messenger: Messenger, chat: Chat): Choice[] {
  if (!markable(chat)) return [];
  const action = () => markRead(messenger, keyOf(chat.chat));
  return [{ label: actions[ui.language].read, icon: 'checks', action }];
}

function blockChoice(ui: Ui, messenger: Messenger, chat: Chat): Choice {
  const texts = people[ui.language];
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
  const texts = actions[ui.language];
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
  const texts = groups[ui.language];
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
  const texts = groups[ui.language];
  void ui.dialogs.show('confirm', {
    title: texts.dropTitle(chat.groupName ?? ''),
    text: texts.dropText,
    action: texts.dropAction,
    onconfirm: () => void ui.attempt(drop(messenger, idOf(keyOf(chat.chat)))),
  });
}
