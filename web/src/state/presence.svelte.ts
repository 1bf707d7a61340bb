// Who is there. The server tells about those whom one watches.
import type { Presence as News, Row } from '../protocol/rows';
import type { Ask } from './line.svelte';

const WATCHED = 200;

export class Presence {
  #ask: Ask;
  #known = $state.raw<ReadonlyMap<string, News>>(new Map());
  #partners: () => string[];
  #looked: string | null = null;
  #also: string[] = [];
  #writers = new Map<string, Set<string>>();

  /** `partners`: of the dialogs, the most important first. */
  constructor(ask: Ask, partners: () => string[]) {
    this.#ask = ask;
    this.#partners = partners;
  }

  of(userId: string): News | undefined {
    return this.#known.get(userId);
  }

  /** Watches the partners. The server tells about those alone with whom one shares a chat: a new one is a reason. */
  async watch(): Promise<void> {
    const looked = this.#looked === null ? [] : [this.#looked];
    const unique = [...new Set([...looked, ...this.#also, ...this.#partners()])].slice(0, WATCHED);
    const answer = await this.#ask('watchPresence', { userIds: unique }).catch(() => null);
    if (answer) this.heard(answer.data);
  }

  /** One looks at this person: they come first. */
  async look(userId: string): Promise<void> {
    this.#looked = userId;
    if (
      !this.#partners()
        .slice(0, WATCHED - 1)
        .includes(userId)
    )
      await this.watch();
  }

  /** One sees these as well for a while, such as the members of a group. */
  async also(userIds: string[]): Promise<void> {
    this.#also = userIds;
    await this.watch();
  }

  heard(news: News[]): void {
    const next = new Map(this.#known);
    for (const each of news) next.set(each.userId, each);
    this.#known = next;
  }

  /** A message was stored. The server tells of those alone with whom both have written: the first is news. */
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

  /** Without a connection nobody is known to be there. */
  forget(): void {
    this.#known = new Map();
  }
}
