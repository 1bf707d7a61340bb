// What one does to groups. Each request has a message id, and so is done once however often the line is lost.
// `notice` is the text that clients show which do not word notices themselves.
import { newId } from '../../protocol/ids';
import type { Member, Role } from '../../protocol/rows';
import { SocketError } from '../../socket/errors';
import type { Messenger } from '../messenger.svelte';

export const PAGE = 100;

export interface Invited {
  userId: string;
  notice: string;
}

/** Somebody who could not be added, and the server's code that says why. */
export interface NotAdded {
  userId: string;
  code: string;
}

/** Creates it with members at once; those who could not be added are told. Repeated with the same ids it is one group. */
export async function create(
  messenger: Messenger,
  ids: { groupId: string; messageId: string },
  group: { name: string; notice: string; members: Invited[] },
): Promise<NotAdded[]> {
  const { name, notice, members } = group;
  await messenger.api.createGroup({ ...ids, groupName: name, notificationMessage: notice });
  const failed = await add(messenger, ids.groupId, members);
  await messenger.refresh();
  return failed;
}

/** Adds one after the other, whatever becomes of one of them; resolves with those who could not be added. */
export async function add(messenger: Messenger, groupId: string, people: Invited[]): Promise<NotAdded[]> {
  const failed: NotAdded[] = [];
  for (const { userId, notice } of people) {
    const params = { groupId, userId, messageId: newId(), message: notice };
    try {
      messenger.stored((await messenger.line.insist('addUserInGroup', params)).item);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      failed.push({ userId, code: error.code });
    }
  }
  return failed;
}

export async function remove(
  messenger: Messenger,
  groupId: string,
  userId: string,
  notice: string,
): Promise<void> {
  const params = { groupId, userId, messageId: newId(), message: notice };
  messenger.stored((await messenger.line.insist('removeUserFromGroup', params)).item);
}

export async function rename(
  messenger: Messenger,
  groupId: string,
  groupName: string,
  notice: string,
): Promise<void> {
  const params = { groupId, groupName, messageId: newId(), message: notice };
  messenger.stored((await messenger.line.insist('renameGroup', params)).item);
}

/** `owner` hands the group over; one is an admin afterwards. */
export async function setRole(
  messenger: Messenger,
  groupId: string,
  userId: string,
  role: Role,
  notice: string,
): Promise<void> {
  const params = { groupId, userId, role, messageId: newId(), message: notice };
  messenger.stored((await messenger.line.insist('setRole', params)).item);
}

export async function leave(messenger: Messenger, groupId: string, notice: string): Promise<void> {
  const params = { groupId, messageId: newId(), message: notice };
  await unlessDone(messenger.line.insist('leaveGroup', params));
  messenger.gone(`g/${groupId}`);
}

/** Deletes it for everybody. */
export async function drop(messenger: Messenger, groupId: string): Promise<void> {
  await unlessDone(messenger.line.insist('dropGroup', { groupId }));
  messenger.gone(`g/${groupId}`);
}

/** A page of the members by joining order, after the given one. */
export async function members(
  messenger: Messenger,
  groupId: string,
  cursor: string | null,
): Promise<Member[]> {
  return (await messenger.line.insist('groupMembers', { groupId, limit: PAGE, cursor })).data;
}

// A repeated request finds that one is no member any more: that was the wish.
async function unlessDone(request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!(error instanceof SocketError && error.code === 'not_a_member')) throw error;
  });
}
