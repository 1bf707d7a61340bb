// The history of one chat as far as it is loaded: a window that grows in both directions and is kept current.
import { paramsOf, type ChatKey } from '../protocol/chat';
import type { ReactionNews } from '../protocol/broadcasts';
import type { CountedRow, Row } from '../protocol/rows';
import { SocketError } from '../socket/errors';
import { fetchPage, PAGE, type HistorySource, type Position } from './history-source';
import { HistoryWindow, type Found } from './history-window.svelte';
import { withChanged, withChanges, withNewer, withOlder, withReactions } from './window';

/** Further behind, one pages on from where one was, instead of fetching all that came since. */
const FAR = 300;

export class History extends HistoryWindow {
  readonly chat: ChatKey;
  #source: HistorySource;
  #begun = false;
  #paging = false;
  #catchingUp: Promise<void> | null = null;
  #behind = false;

  constructor(chat: ChatKey, source: HistorySource) {
    super();
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
    // Known before the rows were read: what changed in between is fetched once more, never missed.
    const { revision } = this.#source.counters();
    try {
      const page = await this.#page(aroundSeq === undefined ? {} : { aroundSeq });
      this.revision = revision;
      this.rows = withOlder([], page);
      this.hasOlder = (this.rows[0]?.seq ?? 1) > 1 && (page.length >= PAGE || aroundSeq !== undefined);
      this.hasNewer = aroundSeq !== undefined && this.lastSeq < this.#source.counters().lastSeq;
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
    await this.#grow({ beforeSeq }, (page) => {
      this.rows = withOlder(this.rows, page);
      this.hasOlder = page.length === PAGE;
    });
  }

  async newer(): Promise<void> {
    if (!this.hasNewer) return;
    await this.#grow({ afterSeq: this.lastSeq }, (page) => {
      this.rows = withNewer(this.rows, page);
      this.hasNewer = page.length === PAGE && this.lastSeq < this.#source.counters().lastSeq;
    });
  }

  /** A new row: at the end, or word of a gap before it. */
  append(row: CountedRow): void {
    if (this.status !== 'ready' || this.hasNewer || row.seq <= this.lastSeq) return;
    if (row.seq > this.lastSeq + 1 && this.rows.length > 0) return void this.catchUp();
    this.rows = [...this.rows, row];
  }

  /** A changed row: in its place, if no change before it was missed. */
  replace(row: CountedRow): void {
    if (this.#isNext(row.revision)) this.rows = withChanged(this.rows, [row]);
  }

  react(news: ReactionNews): void {
    if (this.#isNext(news.revision)) this.rows = withReactions(this.rows, news, this.#source.me);
  }

  /** Fetches what changed since the last time, by counters. Called again while it runs, it goes on until all is there. */
  async catchUp(): Promise<void> {
    this.#behind = true;
    const hadNewer = this.hasNewer;
    this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = null));
    await this.#catchingUp;
    if (this.status === 'new') return this.load(); // it was too far behind
    if (!hadNewer && this.hasNewer) await this.newer();
  }

  /** To be called when the connection is back. */
  async resume(): Promise<void> {
    if (this.status === 'failed' || (this.status === 'new' && this.#begun)) await this.load();
    else if (this.status === 'ready') await this.catchUp();
  }

  // Shows what was kept. Whether it leads to where one wants to be by what has changed since.
  async #restore(aroundSeq: number | undefined): Promise<boolean> {
    const kept = await this.#source.kept();
    if (!kept) return false;
    ({ rows: this.rows, revision: this.revision, hasOlder: this.hasOlder } = kept);
    this.forgetUpTo(this.#source.counters().hiddenUpTo ?? 0);
    if (this.rows.length === 0) return false;
    this.hasNewer = this.#isFar;
    this.window++;
    this.status = 'ready';
    return !this.hasNewer && (aroundSeq === undefined || aroundSeq >= this.rows[0]!.seq);
  }

  async #fetchChanges(): Promise<void> {
    while (this.#behind && this.status === 'ready') {
      this.#behind = false;
      this.forgetUpTo(this.#source.counters().hiddenUpTo ?? 0);
      const { lastSeq, revision } = this.#source.counters();
      if (this.rows.length > 0 && this.#isFar) this.hasNewer = true;
      if (this.revision >= revision && (this.hasNewer || this.lastSeq >= lastSeq)) continue;
      const afterSeq = this.hasNewer ? lastSeq : this.lastSeq;
      const params = { ...paramsOf(this.chat), afterSeq, afterRevision: this.revision, limit: 100 };
      const { window } = this;
      try {
        const { item, data } = await this.#source.ask('getChanges', params);
        if (window !== this.window) {
          this.#behind = true;
          continue;
        }
        if (item.reset) return void (this.status = 'new');
        this.rows = withChanges(this.rows, data, !this.hasNewer);
        this.revision = item.complete ? item.revision : item.afterRevision;
        if (!item.complete) this.#behind = true;
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        if (error.code === 'invalid') this.status = 'new'; // numbers that the server does not know
        return; // else: no longer a member, say; the list tells
      }
    }
  }

  #isNext(revision: number): boolean {
    if (this.status !== 'ready' || revision <= this.revision) return false;
    if (revision > this.revision + 1) return (void this.catchUp(), false);
    this.revision = revision;
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

  get #isFar(): boolean {
    return this.#source.counters().lastSeq - this.lastSeq > FAR;
  }

  #page(position: Position): Promise<Row[]> {
    return fetchPage(this.#source.ask, this.chat, position);
  }
}
