// Presence. The server reports the people who are watched.
import type { PresenceRow, Row } from '../../protocol/socket';
import type { Line } from '../line.svelte';

type Server = Pick<Line, 'ask' | 'bounds'>;

export class Presence {
  #line: Server;
  #known = $state.raw<ReadonlyMap<string, PresenceRow>>(new Map());
  #partners: () => string[];
  #looked: string | null = null;
  #also: string[] = [];
  #writers = new Map<string, Set<string>>();

  /** `partners`: the dialog partners, the most important first. */
  constructor(line: Server, partners: () => string[]) {
    this.#line = line;
    this.#partners = partners;
  }

  of(userId: string): PresenceRow | undefined {
    return this.#known.get(userId);
  }

  /** Watches the partners. Call this again when there is a new chat: the server skips people who share none. */
  async watch(): Promise<void> {
    const looked = this.#looked === null ? [] : [this.#looked];
    const unique = [...new Set([...looked, ...this.#also, ...this.#partners()])].slice(
      0,
      this.#line.bounds?.watched,
    );
    const answer = await this.#line.ask('watchPresence', { userIds: unique }).catch(() => null);
    if (answer) this.heard(answer.data);
  }

  /** Watches this person first: they are being viewed. */
  async look(userId: string): Promise<void> {
    this.#looked = userId;
    const most = this.#line.bounds?.watched ?? Infinity;
    const watched = this.#partners().slice(0, most - 1);
    if (!watched.includes(userId)) await this.watch();
  }

  /** Watches these people too for a while, such as the members of a group. */
  async also(userIds: string[]): Promise<void> {
    this.#also = userIds;
    await this.watch();
  }

  heard(rows: PresenceRow[]): void {
    const next = new Map(this.#known);
    for (const each of rows) next.set(each.userId, each);
    this.#known = next;
  }

  /** A message was stored. The server reports a partner once both have written, so watch again after the first message. */
  async wrote({ chat, senderId }: Pick<Row, 'chat' | 'senderId'>): Promise<void> {
    if (!('userId' in chat)) return;
    const writers = this.#writers.get(chat.userId) ?? new Set();
    const isFirst = !writers.has(senderId);
    this.#writers.set(chat.userId, writers.add(senderId));
    const known = this.#known.get(chat.userId);
    if (isFirst && !known?.online && !known?.lastSeenAt) await this.watch();
  }

  /** The account was deleted. */
  gone(userId: string): void {
    const next = new Map(this.#known);
    next.delete(userId);
    this.#known = next;
  }

  /** Forgets everything: without a connection presence is unknown. */
  forget(): void {
    this.#known = new Map();
  }
}
