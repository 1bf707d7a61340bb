// The loaded part of a chat's history: a window that grows in both directions and is kept current.
import { paramsOf, type ChatKey } from '../../protocol/chat';
import type { CountedRow } from '../../protocol/rows';
import type { ReactionsItem, Row } from '../../protocol/socket';
import { SocketError } from '../../socket/errors';
import { fetchPage, PAGE, type HistorySource, type Position } from './history-source';
import type { Kept } from './history-cache';
import {
  withChanged,
  withChanges,
  withNewer,
  withoutExpired,
  withOlder,
  withoutHidden,
  withReactions,
} from './window';

/** Further behind than this, it pages on from where it was instead of fetching everything since. */
const FAR = 300;
/** Changes per request. A server that allows fewer sends fewer; the next request asks for the rest. */
const CHANGES = 100;

/** A row to jump to. `nth` distinguishes repeated jumps. */
export interface Found {
  seq: number;
  nth: number;
}

export class History {
  readonly chat: ChatKey;
  /** Ascending, without gaps. */
  rows = $state.raw<Row[]>([]);
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  /** Why it could not be loaded: the server's code. */
  failure = $state<string | null>(null);
  hasOlder = $state(false);
  hasNewer = $state(false);
  /** The last jump. */
  found = $state.raw<Found | null>(null);
  /** Changes when the window is replaced, so that the scroll position is void. */
  window = $state(0);
  /** The chat's revision that the rows show. */
  #revision = 0;
  #source: HistorySource;
  #begun = false;
  #paging = false;
  #catchingUp: Promise<void> | null = null;
  #behind = false;

  constructor(chat: ChatKey, source: HistorySource) {
    this.chat = chat;
    this.#source = source;
  }

  /** Loads the newest rows, or those around a message, in place of what was there. */
  async load(aroundSeq?: number, found: Found | null = null): Promise<void> {
    if (this.status === 'loading') return;
    this.status = 'loading';
    this.failure = null;
    const anew = this.#begun;
    this.#begun = true;
    if (!anew && (await this.#restore(aroundSeq))) return this.catchUp();
    // Taken before the rows are read: a change in between is fetched again, never missed.
    const { revision } = this.#source.counters();
    try {
      const page = await this.#page(aroundSeq === undefined ? {} : { aroundSeq });
      this.#revision = revision;
      this.rows = withOlder([], page);
      this.hasOlder =
        (this.rows[0]?.seq ?? 1) > (this.#source.counters().firstSeq ?? 1) &&
        (page.length >= PAGE || aroundSeq !== undefined);
      this.hasNewer = aroundSeq !== undefined && this.#lastSeq < this.#source.counters().lastSeq;
      this.found = found;
      this.window++;
      this.status = 'ready';
      await this.catchUp();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Jumps to a row, in a new window if it is not in this one. */
  async jump(seq: number): Promise<void> {
    const found = { seq, nth: (this.found?.nth ?? 0) + 1 };
    const here = this.rows.some((row) => row.seq === seq);
    // A new window starts at that row.
    this.found = here ? found : null;
    if (!here) await this.load(seq, found);
  }

  async older(): Promise<void> {
    const beforeSeq = this.rows[0]?.seq;
    if (!this.hasOlder || beforeSeq === undefined) return;
    await this.#grow({ beforeSeq }, (page) => {
      this.rows = withOlder(this.rows, page);
      this.hasOlder = page.length === PAGE;
    });
  }

  async newer(): Promise<void> {
    if (!this.hasNewer) return;
    await this.#grow({ afterSeq: this.#lastSeq }, (page) => {
      this.rows = withNewer(this.rows, page);
      this.hasNewer = page.length === PAGE && this.#lastSeq < this.#source.counters().lastSeq;
    });
  }

  /** Appends a new row, or catches up if there is a gap before it. */
  append(row: CountedRow): void {
    if (this.status !== 'ready' || this.hasNewer || row.seq <= this.#lastSeq) return;
    if (row.seq > this.#lastSeq + 1 && this.rows.length > 0) return void this.catchUp();
    this.rows = [...this.rows, row];
  }

  /** Replaces a changed row, or catches up if a change before it was missed. */
  replace(row: CountedRow): void {
    if (this.#isNext(row.revision)) this.rows = withChanged(this.rows, [row]);
  }

  react(item: ReactionsItem): void {
    if (this.#isNext(item.revision)) this.rows = withReactions(this.rows, item, this.#source.me);
  }

  /** Call this when the oldest messages have expired, with the chat's revision after that. */
  expire(revision: number): void {
    if (this.#isNext(revision)) this.#forgetGone();
  }

  /** Fetches what changed, by counters. If called again while it runs, it continues until everything is fetched. */
  async catchUp(): Promise<void> {
    this.#behind = true;
    const hadNewer = this.hasNewer;
    this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = null));
    await this.#catchingUp;
    if (this.status === 'new') return this.load(); // it was too far behind
    if (!hadNewer && this.hasNewer) await this.newer();
  }

  /** Forgets everything: the server's epoch has changed. */
  reset(): void {
    this.rows = [];
    this.status = 'new';
    this.window++;
  }

  /** Changes rows for a reason that the chat's counters do not show. */
  change(change: (row: Row) => Row): void {
    const rows = this.rows.map(change);
    if (rows.some((row, index) => row !== this.rows[index])) this.rows = rows;
  }

  /** The newest rows, if they are here. */
  end(): Kept | null {
    if (this.status !== 'ready' || this.hasNewer || this.rows.length === 0) return null;
    const hasOlder = this.hasOlder || this.rows.length > PAGE;
    return { rows: this.rows.slice(-PAGE), revision: this.#revision, hasOlder };
  }

  /** Call this when the connection is back. */
  async resume(): Promise<void> {
    if (this.status === 'failed' || (this.status === 'new' && this.#begun)) await this.load();
    else if (this.status === 'ready') await this.catchUp();
  }

  // Shows what was cached. Returns whether catching up from there reaches the requested row.
  async #restore(aroundSeq: number | undefined): Promise<boolean> {
    const kept = await this.#source.kept();
    if (!kept) return false;
    ({ rows: this.rows, revision: this.#revision, hasOlder: this.hasOlder } = kept);
    this.#forgetGone();
    if (this.rows.length === 0) return false;
    this.hasNewer = this.#isFar;
    this.window++;
    this.status = 'ready';
    return !this.hasNewer && (aroundSeq === undefined || aroundSeq >= this.rows[0]!.seq);
  }

  async #fetchChanges(): Promise<void> {
    while (this.#behind && this.status === 'ready') {
      this.#behind = false;
      this.#forgetGone();
      const { lastSeq, revision } = this.#source.counters();
      if (this.rows.length > 0 && this.#isFar) this.hasNewer = true;
      if (this.#revision >= revision && (this.hasNewer || this.#lastSeq >= lastSeq)) continue;
      const afterSeq = this.hasNewer ? lastSeq : this.#lastSeq;
      const params = { ...paramsOf(this.chat), afterSeq, afterRevision: this.#revision, limit: CHANGES };
      const { window } = this;
      try {
        const { item, data } = await this.#source.ask('getChanges', params);
        if (window !== this.window) {
          this.#behind = true;
          continue;
        }
        if (item.reset) return void (this.status = 'new');
        this.rows = withChanges(this.rows, data, !this.hasNewer);
        this.#revision = item.complete ? item.revision : item.afterRevision;
        if (!item.complete) this.#behind = true;
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        if (error.code === 'invalid') this.status = 'new'; // numbers that the server does not know
        return; // else: for example no longer a member, which the list shows
      }
    }
  }

  #isNext(revision: number): boolean {
    if (this.status !== 'ready' || revision <= this.#revision) return false;
    if (revision > this.#revision + 1) return (void this.catchUp(), false);
    this.#revision = revision;
    return true;
  }

  async #grow(position: Position, take: (page: Row[]) => void): Promise<void> {
    if (this.#paging || this.status !== 'ready') return;
    this.#paging = true;
    const { window } = this;
    try {
      const page = await this.#page(position);
      if (window === this.window) take(page);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#paging = false;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof SocketError)) throw error;
    this.failure = error.code;
    this.status = 'failed';
  }

  // The user may have deleted the dialog on another device, up to a row, and the oldest rows may have expired.
  #forgetGone(): void {
    const { hiddenUpTo = 0, firstSeq = 1 } = this.#source.counters();
    const rows = withoutHidden(withoutExpired(this.rows, firstSeq), hiddenUpTo);
    if (rows.length < this.rows.length) this.hasOlder = false;
    if (rows.length < this.rows.length || rows.some((row, index) => row !== this.rows[index]))
      this.rows = rows;
  }

  get #lastSeq(): number {
    return this.rows.at(-1)?.seq ?? 0;
  }

  get #isFar(): boolean {
    return this.#source.counters().lastSeq - this.#lastSeq > FAR;
  }

  #page(position: Position): Promise<Row[]> {
    return fetchPage(this.#source.ask, this.chat, position);
  }
}
