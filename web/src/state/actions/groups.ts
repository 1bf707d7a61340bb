// Actions on groups. Each request has a message id, so that a retry after a lost connection takes effect once.
// `notice` is the text for clients that show notices as they are.
import { newId } from '../../protocol/ids';
import type { Role } from '../../protocol/rows';
import type { MemberRow } from '../../protocol/socket';
import { SocketError } from '../../socket/errors';
import type { Messenger } from '../messenger.svelte';

export interface Invited {
  userId: string;
  notice: string;
}

/** A person who could not be added, and the server's code. */
export interface NotAdded {
  userId: string;
  code: string;
}

export interface MembersPage {
  rows: MemberRow[];
  hasMore: boolean;
}

/** Creates a group and adds members. Resolves with those who could not be added. Can be retried with the same ids. */
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

/** Adds people one after the other. Resolves with those who could not be added. */
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

/** `owner` transfers ownership; the user becomes an admin. */
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

/** After how many days the group's messages are deleted; null keeps them. */
export async function setRetention(
  messenger: Messenger,
  groupId: string,
  days: number | null,
  notice: string,
): Promise<void> {
  const params = { groupId, days, messageId: newId(), message: notice };
  messenger.stored((await messenger.line.insist('setRetention', params)).item);
}

export async function leave(messenger: Messenger, groupId: string, notice: string): Promise<void> {
  const params = { groupId, messageId: newId(), message: notice };
  await unlessDone(messenger.line.insist('leaveGroup', params));
  messenger.gone(`g/${groupId}`);
}

/** Deletes it for everyone. */
export async function drop(messenger: Messenger, groupId: string): Promise<void> {
  await unlessDone(messenger.line.insist('dropGroup', { groupId }));
  messenger.gone(`g/${groupId}`);
}

/** The page of members, in joining order, after `cursor`. */
export async function members(
  { line }: Messenger,
  groupId: string,
  cursor: string | null,
): Promise<MembersPage> {
  const { page: limit } = (await line.opened()).bounds;
  const { data } = await line.insist('groupMembers', { groupId, limit, cursor });
  return { rows: data, hasMore: data.length === limit };
}

// A retry may find that the user is no longer a member, as intended.
async function unlessDone(request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!(error instanceof SocketError && error.code === 'not_a_member')) throw error;
  });
}
