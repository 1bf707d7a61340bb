// Where the rows of a chat's history come from.
import { idOf, isGroup, type ChatKey } from '../../protocol/chat';
import type { Counters } from '../../protocol/rows';
import type { Row } from '../../protocol/socket';
import type { Kept } from './history-cache';
import type { Ask } from '../line.svelte';

export interface HistorySource {
  /** The user. */
  me: string;
  /** Waits for a connection if there is none. */
  ask: Ask;
  /** The chat's current counters. */
  counters(): Counters & { hiddenUpTo?: number; firstSeq?: number };
  /** What an earlier page cached of it. */
  kept(): Promise<Kept | undefined>;
}

export const PAGE = 50;

export type Position = { beforeSeq?: number; afterSeq?: number; aroundSeq?: number };

/** A page of it, newest first. Without a position, the newest of all. */
export async function fetchPage(ask: Ask, chat: ChatKey, position: Position): Promise<Row[]> {
  const id = idOf(chat);
  const page = { limit: PAGE, ...position };
  const { data } = isGroup(chat)
    ? await ask('getlatestMessageGroup', { groupId: id, ...page })
    : await ask('getlatestMessageDialog', { receiverId: id, ...page });
  return data;
}
