// What a chat shows: stored and unsent messages, with days, runs and the unread divider. Pure.
import type { Row } from '../../protocol/socket';
import type { Entry } from '../outbox/entry';

export interface Item {
  /** Stays the same from pending to stored. */
  key: string;
  /** Null until it is stored. */
  row: Row | null;
  entry: Entry | null;
  at: Date;
  mine: boolean;
  /** The first of its day. */
  newDay: boolean;
  /** The first that is unread. */
  firstUnread: boolean;
  /** Whether it is the first or last in a run of a sender's messages. */
  first: boolean;
  last: boolean;
  /** All rows, if several notices of added people are shown as one. `row` is the newest. */
  folded: Row[] | null;
}

export interface Context {
  me: string;
  /** Rows of others above it are unread; null draws no divider. */
  unreadAfter: number | null;
}

/** Messages further apart than this do not form a run. */
const TOGETHER = 5 * 60_000;
/** From this many on, consecutive notices of added people are shown as one. */
const FOLDED_FROM = 4;

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
  return fold(items);
}

function fold(items: Item[]): Item[] {
  const runs: Item[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run && continues(run[0]!, item)) run.push(item);
    else runs.push([item]);
  }
  return runs.flatMap((run) => {
    if (run.length < FOLDED_FROM) return run;
    const folded = run.flatMap(({ row }) => row ?? []);
    return { ...run[0]!, row: folded.at(-1)!, folded };
  });
}

function continues(first: Item, item: Item): boolean {
  const isAdd = [first, item].every(({ row }) => row?.event?.kind === 'added');
  return isAdd && first.row?.senderId === item.row?.senderId && !item.newDay && !item.firstUnread;
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

const blank = {
  row: null,
  entry: null,
  newDay: false,
  firstUnread: false,
  first: false,
  last: false,
  folded: null,
};
