// The history of one chat as far as it is loaded: a window that grows in both directions and is kept current.
import { idOf, isGroup, paramsOf, type ChatKey } from '../protocol/chat';
import type { ReactionNews } from '../protocol/broadcasts';
import type { CountedRow, Counters, Row } from '../protocol/rows';
import { SocketError } from '../socket/errors';
import type { Ask } from './line.svelte';
import { withChanged, withNewer, withOlder, withReactions } from './window';

const PAGE = 50;

type Position = { beforeSeq?: number; afterSeq?: number; aroundSeq?: number };

/** A row that one was led to; `nth` tells the times apart. */
export interface Found {
  seq: number;
  nth: number;
}

export class History {
  /** Ascending, without gaps. */
  rows = $state.raw<Row[]>([]);
  status = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  hasOlder = $state(false);
  hasNewer = $state(false);
  /** The row that one was led to last. */
  found = $state.raw<Found | null>(null);
  /** Another number is another window: nothing of the former position holds. */
  window = $state(0);
  readonly chat: ChatKey;
  #ask: Ask;
  #me: string;
  #counters: () => Counters;
  #revision = 0;
  #paging = false;
  #catchingUp: Promise<void> | null = null;
  #behind = false;

  /** `counters`: those of the chat as known now. `ask` waits for a connection if there is none. */
  constructor(chat: ChatKey, me: string, ask: Ask, counters: () => Counters) {
    this.chat = chat;
    this.#me = me;
    this.#ask = ask;
    this.#counters = counters;
  }

  /** Loads the newest rows, or those around a message, in place of what was there. */
  async load(aroundSeq?: number, found: Found | null = null): Promise<void> {
    if (this.status === 'loading') return;
    this.status = 'loading';
    // Known before the rows were read: what changed in between is fetched once more, never missed.
    const { revision } = this.#counters();
    try {
      const page = await this.#page(aroundSeq === undefined ? {} : { aroundSeq });
      this.#revision = revision;
      this.rows = withOlder([], page);
      this.hasOlder = (this.rows[0]?.seq ?? 1) > 1 && (page.length >= PAGE || aroundSeq !== undefined);
      this.hasNewer = aroundSeq !== undefined && this.#lastSeq < this.#counters().lastSeq;
      this.found = found;
      this.window++;
      this.status = 'ready';
      await this.catchUp();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Leads to a row, in a new window if it is not in this one. */
  async jump(seq: number): Promise<void> {
    const found = { seq, nth: (this.found?.nth ?? 0) + 1 };
    const here = this.rows.some((row) => row.seq === seq);
    // A new window begins where one is led.
    this.found = here ? found : null;
    if (!here) await this.load(seq, found);
  }

  async older(): Promise<void> {
    const beforeSeq = this.rows[0]?.seq;
    if (!this.hasOlder || beforeSeq === undefined) return;
    await this.#grow(async () => {
      const page = await this.#page({ beforeSeq });
      this.rows = withOlder(this.rows, page);
      this.hasOlder = page.length === PAGE;
    });
  }

  async newer(): Promise<void> {
    if (!this.hasNewer) return;
    await this.#grow(async () => {
      const page = await this.#page({ afterSeq: this.#lastSeq });
      this.rows = withNewer(this.rows, page);
      this.hasNewer = page.length === PAGE && this.#lastSeq < this.#counters().lastSeq;
    });
  }

  /** A new row: at the end, or word of a gap before it. */
  append(row: CountedRow): void {
    if (this.status !== 'ready' || this.hasNewer || row.seq <= this.#lastSeq) return;
    if (row.seq > this.#lastSeq + 1 && this.rows.length > 0) return void this.catchUp();
    this.rows = [...this.rows, row];
  }

  /** A changed row: in its place, if no change before it was missed. */
  replace(row: CountedRow): void {
    if (this.#isNext(row.revision)) this.rows = withChanged(this.rows, [row]);
  }

  react(news: ReactionNews): void {
    if (this.#isNext(news.revision)) this.rows = withReactions(this.rows, news, this.#me);
  }

  /** Fetches what changed since the last time, by counters. Called again while it runs, it goes on until all is there. */
  async catchUp(): Promise<void> {
    this.#behind = true;
    this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = null));
    await this.#catchingUp;
    if (this.status === 'new') await this.load(); // it was too far behind
  }

  /** To be called when the connection is back. */
  async resume(): Promise<void> {
    if (this.status === 'failed') await this.load();
    else if (this.status === 'ready') await this.catchUp();
  }

  async #fetchChanges(): Promise<void> {
    while (this.#behind && this.status === 'ready') {
      this.#behind = false;
      const { lastSeq, revision } = this.#counters();
      if (this.#revision >= revision && (this.hasNewer || this.#lastSeq >= lastSeq)) continue;
      const afterSeq = this.hasNewer ? lastSeq : this.#lastSeq;
      const params = { ...paramsOf(this.chat), afterSeq, afterRevision: this.#revision, limit: 100 };
      try {
        const { item, data } = await this.#ask('getChanges', params);
        if (item.reset) return void (this.status = 'new');
        this.rows = withChanged(
          this.hasNewer ? this.rows : withNewer(this.rows, [...data].sort(newestFirst)),
          data,
        );
        this.#revision = item.complete ? item.revision : item.afterRevision;
        if (!item.complete) this.#behind = true;
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        return; // no longer a member, say; the list tells
      }
    }
  }

  #isNext(revision: number): boolean {
    if (this.status !== 'ready' || revision <= this.#revision) return false;
    if (revision > this.#revision + 1) return (void this.catchUp(), false);
    this.#revision = revision;
    return true;
  }

  async #grow(page: () => Promise<void>): Promise<void> {
    if (this.#paging || this.status !== 'ready') return;
    this.#paging = true;
    try {
      await page();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#paging = false;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof SocketError)) throw error;
    this.status = 'failed';
  }

  get #lastSeq(): number {
    return this.rows.at(-1)?.seq ?? 0;
  }

  async #page(position: Position): Promise<Row[]> {
    const id = idOf(this.chat);
    const page = { limit: PAGE, ...position };
    const { data } = isGroup(this.chat)
      ? await this.#ask('getlatestMessageGroup', { groupId: id, ...page })
      : await this.#ask('getlatestMessageDialog', { receiverId: id, ...page });
    return data;
  }
}

function newestFirst(a: Row, b: Row): number {
  return b.seq - a.seq;
}
