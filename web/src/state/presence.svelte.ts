// Who is there. The server tells about those whom one watches.
import type { Presence as News } from '../protocol/rows';
import type { Ask } from './line.svelte';

const WATCHED = 200;

export class Presence {
  #ask: Ask;
  #known = $state.raw<ReadonlyMap<string, News>>(new Map());
  #watched: string[] = [];
  #looked: string | null = null;
  #also: string[] = [];

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  of(userId: string): News | undefined {
    return this.#known.get(userId);
  }

  /**
   * Watches these, the most important first. The server tells about those alone with whom one shares a chat: a new chat
   * is a reason to ask again.
   */
  async watch(userIds: string[]): Promise<void> {
    this.#watched = userIds;
    const looked = this.#looked === null ? [] : [this.#looked];
    const unique = [...new Set([...looked, ...this.#also, ...userIds])].slice(0, WATCHED);
    const answer = await this.#ask('watchPresence', { userIds: unique }).catch(() => null);
    if (answer) this.heard(answer.data);
  }

  /** One looks at this person: they come first. */
  async look(userId: string): Promise<void> {
    this.#looked = userId;
    if (!this.#watched.slice(0, WATCHED - 1).includes(userId)) await this.watch(this.#watched);
  }

  /** One sees these as well for a while, such as the members of a group. */
  async also(userIds: string[]): Promise<void> {
    this.#also = userIds;
    await this.watch(this.#watched);
  }

  heard(news: News[]): void {
    const next = new Map(this.#known);
    for (const each of news) next.set(each.userId, each);
    this.#known = next;
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
