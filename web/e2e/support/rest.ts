// What a test sets up through the API: people, groups.
import { randomUUID } from 'node:crypto';
import type { SessionRows } from '../../src/protocol/rest';

export interface Account {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  token: string;
}

export const PASSWORD = 'a cup of tea';

export async function signUp(origin: string, firstName: string, lastName = ''): Promise<Account> {
  const email = `${firstName.toLowerCase()}@example.org`;
  await post(origin, '/api/auth/sign-up', { firstName, lastName, email, password: PASSWORD });
  return logIn(origin, email);
}

export async function logIn(origin: string, email: string, password = PASSWORD): Promise<Account> {
  return (await post(origin, '/api/auth/login', { email, password })) as Account;
}

/** Answers with the new group's id. */
export async function createGroup(origin: string, owner: Account, groupName: string): Promise<string> {
  const group = { groupId: randomUUID(), groupName, notificationMessage: 'created', messageId: randomUUID() };
  await post(origin, '/api/use-cases/create-group', group, owner.token);
  return group.groupId;
}

/** Ends all of the account's other sessions. */
export async function endOtherSessions(origin: string, account: Account): Promise<void> {
  const headers = { authorization: `Bearer ${account.token}` };
  const listed = await fetch(`${origin}/api/sessions`, { headers });
  const { data } = (await listed.json()) as SessionRows;
  for (const { sessionId, current } of data)
    if (!current) await fetch(`${origin}/api/sessions/${sessionId}`, { method: 'DELETE', headers });
}

async function post(origin: string, path: string, body: object, token?: string): Promise<unknown> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const reply = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}
