// Coming back: what changed while there was no connection, by counters. Costs what changed, not what there is.
import { compareKeys, keyOf, type ChatRef } from '../protocol/chat';
import type { Answer, Known } from '../protocol/requests';
import { SocketError } from '../socket/errors';
import type { Chats } from './chats.svelte';
import type { History } from './history.svelte';
import type { Ask } from './line.svelte';

const KNOWN = 500;
const AGAIN_AFTER = 2_000;
const FIRST_SCREEN = 40;

/** Resumes; whether all is known. A server that is busy is asked `again`; a line that is lost, by the next connection. */
export async function resumed(
  ask: Ask,
  chats: Chats,
  { histories, again }: { histories: Iterable<History>; again: () => void },
): Promise<boolean> {
  try {
    await resume(ask, chats, histories);
    return true;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    if (error.passing && !error.lost) setTimeout(again, AGAIN_AFTER);
    return false;
  }
}

/** Brings the list up to date, then the histories that are loaded. */
export async function resume(ask: Ask, chats: Chats, histories: Iterable<History>): Promise<void> {
  if (!chats.ready) await firstScreen(ask, chats);
  const known = chats.known();
  for (let cursor: ChatRef | null = null, complete = false; !complete;) {
    const page = after(known, cursor).slice(0, KNOWN);
    const { item, data }: Answer<'getChangedChats'> = await ask('getChangedChats', { known: page, cursor });
    chats.merge(data);
    for (const chat of item.gone) chats.remove(keyOf(chat), 'removed');
    ({ complete, cursor } = item);
  }
  await Promise.all([...histories].map((history) => history.resume()));
}

// What is seen first is asked first; the rest comes in the order of ids.
async function firstScreen(ask: Ask, chats: Chats): Promise<void> {
  const { data } = await ask('listLastMessage', { limit: FIRST_SCREEN });
  chats.merge(data);
  chats.ready = true;
}

function after(known: Known[], cursor: ChatRef | null): Known[] {
  if (!cursor) return known;
  const key = keyOf(cursor);
  return known.filter(({ chat }) => compareKeys(keyOf(chat), key) > 0);
}
