// The state of a logged-in user: the connection, the chats, the outbox. Composes the parts; `broadcasts.ts` passes them
// the server's broadcasts.
import type { Api } from '../api/endpoints';
import { keyOf, type ChatKey } from '../protocol/chat';
import type { CountedRow } from '../protocol/rows';
import type { RenewResult } from '../protocol/session';
import type { Hello, PersonDeletedItem, ServerNotice } from '../protocol/socket';
import type { Environment } from '../socket/environment';
import { arrivedSince, type Arrival } from './alerts/alerts';
import { receive } from './broadcasts';
import { ChatCache } from './chats/chat-cache';
import { Chats, type Ending } from './chats/chats.svelte';
import { Reads } from './chats/reads';
import { resumed } from './chats/resume';
import { everywhereFor, Search } from './chats/search.svelte';
import type { Database } from './device/database';
import { EmojiUse } from './device/emoji-use.svelte';
import { Histories } from './history/histories';
import type { History } from './history/history.svelte';
import { Line } from './line.svelte';
import { deliver } from './outbox/deliver';
import { Drafts } from './outbox/drafts.svelte';
import { journaled } from './outbox/journal';
import { browserTabs, databaseStore } from './outbox/outbox-store';
import { Outbox } from './outbox/outbox.svelte';
import { Blocked } from './people/blocked.svelte';
import { People } from './people/people.svelte';
import { Presence } from './people/presence.svelte';
import { Privacy } from './people/privacy.svelte';
import { Receipts } from './people/receipts.svelte';
import { Typing } from './people/typing.svelte';
import { ConnectionToken } from './session/connection-token';
import { Renewal } from './session/renewal';
import type { Session, User } from './session/session.svelte';

/** What it needs of the application around it. */
export interface MessengerHost {
  session: Session;
  api: Api;
  database: Promise<Database>;
  environment: Environment;
  url: string;
  /** Gets a newer token than `stale` into the session. */
  renew(stale: string): Promise<RenewResult>;
  /** The connection was lost, and is back. */
  onResumed(): void;
  onUnauthorized(): void;
}

export class Messenger {
  /** Called with each message that arrives, and with the newest of each chat after a gap. */
  onArrival: (arrival: Arrival) => void = () => {};
  /** Called when the user logs in on another device. */
  onSessionBegan: (userAgent: string) => void = () => {};
  /** Called with each stored message and notice, including the user's own. */
  readonly onStored = new Set<(row: CountedRow) => void>();
  /** Called when an account was deleted. */
  readonly onPersonDeleted = new Set<(item: PersonDeletedItem) => void>();
  /** Called with each message that was edited, deleted or reacted to. */
  readonly onChanged = new Set<(row: CountedRow) => void>();
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
    this.presence = new Presence(this.line, () => this.chats.partners());
    this.privacy = new Privacy(host.api, () => this.#seen());
    this.blocked = new Blocked(user.id, this.line, this.chats);
    this.typing = new Typing(this.line.ask);
    this.reads = new Reads(this.line.ask, this.chats, user.id);
    this.receipts = new Receipts(this.line, user.id, () => this.privacy.readReceipts);
  }

  async open(): Promise<void> {
    await this.cache.restore();
    if (this.#closed) return;
    this.line.start();
    await this.outbox.open();
  }

  /** Keeps what is stored, for a later session of the same user. */
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

  /** A message was stored. */
  stored(row: CountedRow): void {
    const key = keyOf(row.chat);
    // For an unknown chat, only the list shows whether it is muted.
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

  /** A chat is gone, at least for the user. */
  gone(chat: ChatKey, why?: Ending['why']): void {
    this.chats.remove(chat, why);
    this.histories.remove(chat);
    this.cache.gone(chat);
  }

  /** The user's name changed, here or elsewhere. */
  renamed(firstName: string, lastName: string): void {
    this.#host.session.named(firstName, lastName);
  }

  /** The server's state changed: if it has room again, what waits for room is sent. */
  noticed(notice: ServerNotice | null): void {
    this.line.notice = notice;
    if (!this.line.readOnly) this.outbox.drain();
  }

  /** Reads the newest chats again, for what a message does not contain about its chat. */
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
    const whole = await resumed(this.line, this.chats, { histories: this.histories.all(), again });
    this.reads.flush();
    this.outbox.drain();
    if (!whole) return;
    if (this.#wasOpen) arrivedSince(before, this.chats.list).forEach((chat) => this.onArrival(chat));
    this.#wasOpen = true;
    this.cache.save();
    this.cache.prune();
    await this.presence.watch();
  }

  // Presence works both ways: users who hide theirs see none.
  #seen(): void {
    this.presence.forget();
    if (this.privacy.presence && this.#wasOpen) void this.presence.watch();
  }

  async #renew(): Promise<string> {
    return (await this.line.ask('renew', { token: await this.#token.next() })).item.expiresAt;
  }
}
