// What one can do to a member of a group, as choices of a menu.
import type { Member, Role } from '../../protocol/rows';
import { remove, setRole } from '../../state/actions/groups';
import type { Chat } from '../../state/chat';
import type { Messenger } from '../../state/messenger.svelte';
import { mayRemove, rolesFor } from '../../state/rules';
import * as words from '../../strings/groups';
import { fullName } from '../naming';
import type { Choice } from '../parts/MenuList.svelte';
import { withHint } from '../people/namesakes';
import type { Ui } from '../ui.svelte';
import { plainNotice } from './notice';

const icons = { owner: 'crown', admin: 'shield', member: 'person' } as const;

/** `hint` tells this member from another of the same name. `settle` waits for an action, says why it failed if it did, and reads the members anew then. */
export function memberChoices(
  ui: Ui,
  messenger: Messenger,
  chat: Chat,
  member: Member,
  hint: string | undefined,
  settle: (action: Promise<unknown>) => void,
): Choice[] {
  const texts = words[ui.language];
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
