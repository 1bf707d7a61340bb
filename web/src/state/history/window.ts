// A window of a chat's history: rows in ascending order of seq, without gaps. Pure.
import type { ReactionItem, ReactionsItem, Row } from '../../protocol/socket';

/** Older rows, newest first as the server sends them, before those that are there. */
export function withOlder(rows: Row[], page: Row[]): Row[] {
  const first = rows[0]?.seq ?? Infinity;
  return [...page.filter((row) => row.seq < first).reverse(), ...rows];
}

/** Newer rows, newest first as the server sends them, after those that are there. */
export function withNewer(rows: Row[], page: Row[]): Row[] {
  const last = rows.at(-1)?.seq ?? 0;
  return [...rows, ...page.filter((row) => row.seq > last).reverse()];
}

/** The rows after the last one that is hidden; the same rows if none is. */
export function withoutHidden(rows: Row[], hiddenUpTo: number): Row[] {
  return rows.filter((row) => row.seq > hiddenUpTo);
}

/** The rows that have not expired, with quotes only of those; the same rows if nothing has. */
export function withoutExpired(rows: Row[], firstSeq: number): Row[] {
  const expired = ({ replyTo }: Row) => replyTo && replyTo.seq < firstSeq && replyTo.senderName !== '';
  if (!rows.some((row) => row.seq < firstSeq || expired(row))) return rows;
  return rows
    .filter((row) => row.seq >= firstSeq)
    .map((row) =>
      expired(row) ? { ...row, replyTo: { ...row.replyTo!, senderName: '', content: '' } } : row,
    );
}

/** Rows that changed, each in its place; those outside the window are left out. */
export function withChanged(rows: Row[], changed: Row[]): Row[] {
  const bySeq = new Map(changed.map((row) => [row.seq, row]));
  return rows.map((row) => {
    const next = bySeq.get(row.seq);
    if (next) return { ...next, reactions: withMine(next.reactions, row.reactions) };
    return requoted(row, bySeq);
  });
}

/** Applies an answer to `getChanges`: changed rows, and new rows if the window reaches to the newest. */
export function withChanges(rows: Row[], changes: Row[], toNewest: boolean): Row[] {
  const last = rows.at(-1)?.seq ?? 0;
  const added = toNewest ? changes.filter((row) => row.seq > last).sort((a, b) => a.seq - b.seq) : [];
  return withChanged([...rows, ...added], changes);
}

/** Applies a broadcast of reactions: `mine` is kept unless the broadcast is about the user. */
export function withReactions(rows: Row[], item: ReactionsItem, me: string): Row[] {
  return rows.map((row) => {
    if (row.seq !== item.seq) return row;
    const reactions = withMine(item.reactions, row.reactions);
    if (item.userId !== me) return { ...row, reactions };
    const mine = reactions.map((each) => (each.emoji === item.emoji ? { ...each, mine: item.on } : each));
    return { ...row, reactions: mine };
  });
}

function withMine(reactions: ReactionItem[], known: ReactionItem[]): ReactionItem[] {
  const mine = new Set(known.filter((each) => each.mine).map((each) => each.emoji));
  return reactions.map((each) => ({ ...each, mine: each.mine ?? mine.has(each.emoji) }));
}

// A quote shows the current text of its message.
function requoted(row: Row, changed: Map<number, Row>): Row {
  const quoted = row.replyTo && changed.get(row.replyTo.seq);
  if (!row.replyTo || !quoted) return row;
  const shown = quoted.deletedAt
    ? { senderName: '', content: '' }
    : { content: quoted.content.slice(0, 200) };
  return { ...row, replyTo: { ...row.replyTo, ...shown } };
}
