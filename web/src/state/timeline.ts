// What a conversation shows: rows and messages on their way, with the days, groups and the border of the unread. Pure.
import type { Row } from '../protocol/rows';
import type { Entry } from './entry';

export interface Item {
  /** Stays the same from pending to stored. */
  key: string;
  /** Null while it is on its way. */
  row: Row | null;
  entry: Entry | null;
  at: Date;
  mine: boolean;
  /** The first of its day. */
  newDay: boolean;
  /** The first that is unread. */
  firstUnread: boolean;
  /** First and last of a run of one sender's messages. */
  first: boolean;
  last: boolean;
}

export interface Context {
  me: string;
  /** Rows above it, not by oneself, are unread; null draws no border. */
  unreadAfter: number | null;
}

/** Messages further apart do not stand together. */
const TOGETHER = 5 * 60_000;

export function timeline(rows: Row[], entries: Entry[], context: Context): Item[] {
  const stored = new Set(rows.slice(-500).map((row) => row.messageId));
  const items = [
    ...rows.map((row) => fromRow(row, context.me)),
    ...entries.filter((entry) => !stored.has(entry.messageId)).map(fromEntry),
  ];
  markUnread(items, context);
  items.forEach((item, index) => {
    const before = items[index - 1];
    item.newDay = !before || before.at.toDateString() !== item.at.toDateString();
    item.first = item.newDay || item.firstUnread || !before || !together(before, item);
    if (before && item.first) before.last = true;
  });
  const end = items.at(-1);
  if (end) end.last = true;
  return items;
}

function markUnread(items: Item[], { unreadAfter }: Context): void {
  if (unreadAfter === null) return;
  const first = items.find((item) => item.row && item.row.seq > unreadAfter && !item.mine);
  if (first) first.firstUnread = true;
}

function together(a: Item, b: Item): boolean {
  if (a.row?.event || b.row?.event) return false;
  const sameSender = a.mine ? b.mine : a.row?.senderId === b.row?.senderId;
  return sameSender && b.at.getTime() - a.at.getTime() < TOGETHER;
}

function fromRow(row: Row, me: string): Item {
  return { ...blank, key: row.messageId, row, at: new Date(row.createdAt), mine: row.senderId === me };
}

function fromEntry(entry: Entry): Item {
  return { ...blank, key: entry.messageId, entry, at: new Date(entry.createdAt), mine: true };
}

const blank = { row: null, entry: null, newDay: false, firstUnread: false, first: false, last: false };
