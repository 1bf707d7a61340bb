// The actions on a group member, as menu choices.
import type { Role } from '../../protocol/rows';
import type { MemberRow } from '../../protocol/socket';
import { remove, setRole } from '../../state/actions/groups';
import type { Chat } from '../../state/chats/chat';
import type { Messenger } from '../../state/messenger.svelte';
import { mayRemove, rolesFor } from '../../state/rules';
import { fullName } from '../naming';
import type { Choice } from '../parts/MenuList.svelte';
import { withHint } from '../people/namesakes';
import type { Ui } from '../ui.svelte';
import { plainNotice } from './notice';

const icons = { owner: 'crown', admin: 'shield', member: 'person' } as const;

/** `hint` distinguishes members with the same name. `settle` awaits an action; on failure it shows why and reloads the members. */
export function memberChoices(
  ui: Ui,
  messenger: Messenger,
  chat: Chat,
  member: MemberRow,
  hint: string | undefined,
  settle: (action: Promise<unknown>) => void,
): Choice[] {
  const texts = ui.strings.groups;
  const groupId = 'groupId' in chat.chat ? chat.chat.groupId : '';
  const { userId, firstName, lastName } = member;
  const name = withHint(fullName(firstName, lastName, ui.strings), hint);

  const give = (role: Role) => {
    const notice = plainNotice(
      messenger.user,
      { kind: 'role', userId, firstName, lastName, role },
      ui.strings,
    );
    settle(setRole(messenger, groupId, userId, role, notice));
  };
  const askToGive = () =>
    void ui.dialogs.show('confirm', {
      title: texts.handOverTitle(name),
      text: texts.handOverText,
      action: texts.handOverAction,
      onconfirm: () => give('owner'),
    });
  const askToRemove = () => {
    const notice = plainNotice(messenger.user, { kind: 'removed', userId, firstName, lastName }, ui.strings);
    void ui.dialogs.show('confirm', {
      title: texts.removeTitle(name),
      text: texts.removeText,
      action: texts.removeAction,
      onconfirm: () => settle(remove(messenger, groupId, userId, notice)),
    });
  };

  const choices: Choice[] = rolesFor(chat.role, member, messenger.user.id).map((role) => ({
    label: texts.giveRole[role],
    icon: icons[role],
    action: role === 'owner' ? askToGive : () => give(role),
  }));
  if (mayRemove(chat.role, member, messenger.user.id))
    choices.push({ label: texts.remove, icon: 'out', danger: true, action: askToRemove });
  return choices;
}
