// What one does to groups. Each request has a message id, and so is done once however often the line is lost.
// `notice` is the text that clients show which do not word notices themselves.
import { newId } from '../../protocol/ids';
import type { Member, Role } from '../../protocol/rows';
import { SocketError } from '../../socket/errors';
import type { Messenger } from '../messenger.svelte';

const PAGE = 100;

/** Creates it with members at once; resolves with its id. */
export async function create(
  messenger: Messenger,
  groupName: string,
  notificationMessage: string,
  members: { userId: string; notice: string }[],
): Promise<string> {
  const groupId = newId();
  await messenger.api.createGroup({ groupId, groupName, notificationMessage, messageId: newId() });
  for (const { userId, notice } of members) await add(messenger, groupId, userId, notice);
  await messenger.refresh();
  return groupId;
}

export async function add(
  messenger: Messenger,
  groupId: string,
  userId: string,
  notice: string,
): Promise<void> {
  const params = { groupId, userId, messageId: newId(), message: notice };
  messenger.stored((await messenger.line.insist('addUserInGroup', params)).item);
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
  await messenger.refresh();
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
