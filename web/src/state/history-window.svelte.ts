// What is shown of a chat's history: the part of it that is loaded. How it is loaded, `History` knows.
import type { Row } from '../protocol/rows';
import type { Kept } from './history-cache';
import { PAGE } from './history-source';

/** A row that one was led to; `nth` tells the times apart. */
export interface Found {
  seq: number;
  nth: number;
}

export class HistoryWindow {
  /** Ascending, without gaps. */
  rows = $state.raw<Row[]>([]);
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  /** Why it could not be loaded: the server's code. */
  failure = $state<string | null>(null);
  hasOlder = $state(false);
  hasNewer = $state(false);
  /** The row that one was led to last. */
  found = $state.raw<Found | null>(null);
  /** Another number is another window: nothing of the former position holds. */
  window = $state(0);
  /** The chat's revision that the rows show. */
  protected revision = 0;

  /** All that was known is void: the server's numbers began anew. */
  reset(): void {
    this.rows = [];
    this.status = 'new';
    this.window++;
  }

  /** Changes rows for a reason that the chat's counters do not tell of. */
  change(change: (row: Row) => Row): void {
    const rows = this.rows.map(change);
    if (rows.some((row, index) => row !== this.rows[index])) this.rows = rows;
  }

  /** The newest rows, if they are here. */
  end(): Kept | null {
    if (this.status !== 'ready' || this.hasNewer || this.rows.length === 0) return null;
    const hasOlder = this.hasOlder || this.rows.length > PAGE;
    return { rows: this.rows.slice(-PAGE), revision: this.revision, hasOlder };
  }

  protected get lastSeq(): number {
    return this.rows.at(-1)?.seq ?? 0;
  }

  /** Elsewhere one may have deleted the dialog for oneself, up to a row. */
  protected forgetUpTo(hiddenUpTo: number): void {
    if ((this.rows[0]?.seq ?? Infinity) > hiddenUpTo) return;
    this.rows = this.rows.filter((row) => row.seq > hiddenUpTo);
    this.hasOlder = false;
  }
}
