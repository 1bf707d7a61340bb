// Resumes after a gap, by counters. The cost depends on what changed, not on what there is.
import { compareKeys, keyOf, type ChatRef } from '../../protocol/chat';
import type { Answer } from '../../protocol/frames';
import type { KnownChat } from '../../protocol/rows';
import { SocketError } from '../../socket/errors';
import type { Chats } from './chats.svelte';
import type { History } from '../history/history.svelte';
import type { Line } from '../line.svelte';

type Server = Pick<Line, 'ask' | 'bounds'>;

const AGAIN_AFTER = 2_000;
const FIRST_SCREEN = 40;

/** Resumes. Resolves with whether everything is up to date. If the server is busy, calls `again` later. */
export async function resumed(
  line: Server,
  chats: Chats,
  { histories, again }: { histories: Iterable<History>; again: () => void },
): Promise<boolean> {
  try {
    await resume(line, chats, histories);
    return true;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    if (error.passing && !error.lost) setTimeout(again, AGAIN_AFTER);
    return false;
  }
}

/** Updates the list, then the loaded histories. */
export async function resume(line: Server, chats: Chats, histories: Iterable<History>): Promise<void> {
  if (!chats.ready) await firstScreen(line, chats);
  const known = chats.known();
  for (let cursor: ChatRef | null = null, complete = false; !complete;) {
    const page = after(known, cursor).slice(0, line.bounds?.known);
    const { item, data }: Answer<'getChangedChats'> = await line.ask('getChangedChats', {
      known: page,
      cursor,
    });
    chats.merge(data);
    for (const chat of item.gone) chats.remove(keyOf(chat), 'removed');
    ({ complete, cursor } = item);
  }
  await Promise.all([...histories].map((history) => history.resume()));
}

// Load the first screen first; the rest follows in the order of ids.
async function firstScreen(line: Server, chats: Chats): Promise<void> {
  const { data } = await line.ask('listLastMessage', { limit: FIRST_SCREEN });
  chats.merge(data);
  chats.ready = true;
}

function after(known: KnownChat[], cursor: ChatRef | null): KnownChat[] {
  if (!cursor) return known;
  const key = keyOf(cursor);
  return known.filter(({ chat }) => compareKeys(keyOf(chat), key) > 0);
}
