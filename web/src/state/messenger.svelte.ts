// Everything of one logged-in person: the connection, the chats, what is on its way. Composes the parts; each decides
// for itself what news mean (`broadcasts.ts` hands them out).
import type { Api } from '../api/endpoints';
import { keyOf, type ChatKey } from '../protocol/chat';
import type { CountedRow, Hello } from '../protocol/rows';
import { arrivedSince } from './alerts';
import { Blocked } from './blocked.svelte';
import { receive } from './broadcasts';
import { ChatCache } from './chat-cache';
import { Chats, type Ending } from './chats.svelte';
import { ConnectionToken } from './connection-token';
import { deliver } from './deliver';
import { Drafts } from './drafts.svelte';
import { EmojiUse } from './emoji-use.svelte';
import { Histories } from './histories';
import type { History } from './history.svelte';
import { journaled } from './journal';
import { Line } from './line.svelte';
import { Listeners } from './listeners';
import { browserTabs, databaseStore } from './outbox-store';
import type { MessengerHost } from './messenger-host';
import { Outbox } from './outbox.svelte';
import { People } from './people.svelte';
import { Presence } from './presence.svelte';
import { Privacy } from './privacy.svelte';
import { Receipts } from './receipts.svelte';
import { Reads } from './reads';
import { Renewal } from './renewal';
import { resumed } from './resume';
import { everywhereFor, Search } from './search.svelte';
import type { User } from './session.svelte';
import { Typing } from './typing.svelte';

export class Messenger extends Listeners {
  readonly user: User;
  readonly api: Api;
  readonly line: Line;
  readonly chats: Chats;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly emoji: EmojiUse;
  readonly people: People;
  readonly presence: Presence;
  readonly privacy: Privacy;
  readonly blocked: Blocked;
  readonly search: Search;
  readonly typing: Typing;
  readonly reads: Reads;
  readonly receipts: Receipts;
  #host: MessengerHost;
  #token: ConnectionToken;
  #wasOpen = false;
  #closed = false;
  readonly histories: Histories;
  readonly cache: ChatCache;
  #renewal = new Renewal(() => this.#renew());

  constructor(user: User, host: MessengerHost) {
    super();
    this.user = user;
    this.#host = host;
    this.api = host.api;
    const { take: token, renew } = (this.#token = new ConnectionToken(host));
    this.line = new Line(
      { url: host.url, token, renew, environment: host.environment },
      {
        onLost: () => this.presence.forget(),
        onHello: (hello) => void this.#opened(hello),
        onBroadcast: (broadcast) => receive(this, broadcast),
        onUnauthorized: () => host.onUnauthorized(),
      },
    );
    this.chats = new Chats(user.id, () => this.line.now());
    this.cache = new ChatCache(user.id, host.database, {
      chats: this.chats,
      opened: () => this.histories.all(),
      environment: host.environment,
    });
    this.histories = new Histories((chat) => ({
      me: user.id,
      ask: this.line.insist,
      counters: () => this.chats.get(chat) ?? { lastSeq: 0, revision: 0 },
      kept: () => this.cache.history(chat),
    }));
    this.outbox = new Outbox({
      user: user.id,
      store: journaled(databaseStore(host.database)),
      tabs: browserTabs(user.id),
      deliver: (entry) => deliver(this.line.ask, entry),
      onDelivered: (row) => this.stored(row),
    });
    this.drafts = new Drafts(user.id);
    this.emoji = new EmojiUse(user.id);
    this.people = new People(this.line.insist);
    this.search = new Search(host.api, everywhereFor(user));
    this.presence = new Presence(this.line.ask, () => this.chats.partners());
    this.privacy = new Privacy(host.api, () => this.#seen());
    this.blocked = new Blocked(user.id, this.line.insist, this.chats);
    this.typing = new Typing(this.line.ask);
    this.reads = new Reads(this.line.ask, this.chats, user.id);
    this.receipts = new Receipts(this.line.ask, user.id, {
      upTo: () => this.line.bounds?.receiptsUpTo,
      shown: () => this.privacy.readReceipts,
    });
  }

  async open(): Promise<void> {
    await this.cache.restore();
    if (this.#closed) return;
    this.line.start();
    await this.outbox.open();
  }

  /** Keeps what is stored: a later session of the same person goes on with it. */
  close(): void {
    this.#closed = true;
    this.#renewal.stop();
    this.cache.stop();
    this.chats.close();
    this.outbox.close();
    this.line.stop();
  }

  history(chat: ChatKey): History {
    return this.histories.of(chat);
  }

  /** A message is stored: one's own, or another's. */
  stored(row: CountedRow): void {
    const key = keyOf(row.chat);
    // Only the list tells of an unknown chat whether it is muted.
    const told = this.chats.apply(row) ? Promise.resolve() : this.refresh();
    this.histories.opened(key)?.append(row);
    this.typing.stopped(key, row.senderId);
    this.receipts.wrote(row);
    void told.then(() => this.onArrival(row));
    void told.then(() => this.presence.wrote(row));
    for (const listener of this.onStored) listener(row);
  }

  /** A stored message was edited, deleted or reacted to. */
  changed(row: CountedRow): void {
    this.chats.apply(row);
    this.histories.opened(keyOf(row.chat))?.replace(row);
    for (const listener of this.onChanged) listener(row);
  }

  /** A chat is no more, or not for oneself. */
  gone(chat: ChatKey, why?: Ending['why']): void {
    this.chats.remove(chat, why);
    this.histories.remove(chat);
    this.cache.gone(chat);
  }

  /** One changed one's name, here or elsewhere. */
  renamed(firstName: string, lastName: string): void {
    this.#host.session.named(firstName, lastName);
  }

  /** Reads the newest chats again: for what a single message does not tell of its chat. */
  async refresh(): Promise<void> {
    const answer = await this.line.ask('listLastMessage', { limit: 10 }).catch(() => null);
    if (!answer) return;
    this.chats.merge(answer.data);
    await this.presence.watch();
  }

  async #opened(hello: Hello): Promise<void> {
    this.chats.clockSet();
    this.renamed(hello.firstName, hello.lastName);
    this.privacy.heard(hello.privacy);
    if (this.#wasOpen) this.#host.onResumed();
    this.#renewal.schedule(hello.expiresAt, Date.parse(hello.serverTime));
    if (this.cache.began(hello.epoch)) this.histories.reset();
    const before = this.chats.lastSeqs();
    const again = () => this.line.hello === hello && void this.#opened(hello);
    const whole = await resumed(this.line.ask, this.chats, { histories: this.histories.all(), again });
    this.reads.flush();
    this.outbox.drain();
    if (!whole) return;
    if (this.#wasOpen) arrivedSince(before, this.chats.list).forEach((chat) => this.onArrival(chat));
    this.#wasOpen = true;
    this.cache.save();
    this.cache.prune();
    await this.presence.watch();
  }

  // Who hides from others does not see them, either.
  #seen(): void {
    this.presence.forget();
    if (this.privacy.presence && this.#wasOpen) void this.presence.watch();
  }

  async #renew(): Promise<string> {
    return (await this.line.ask('renew', { token: await this.#token.next() })).item.expiresAt;
  }
}
