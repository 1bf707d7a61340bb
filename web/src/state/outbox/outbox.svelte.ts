// Unsent messages. Shown at once, kept until acknowledged, and sent in order, one at a time per chat, always with the
// same id. So nothing is lost or stored twice, whatever happens to the connection, the page or the session.
import type { ChatKey } from '../../protocol/chat';
import { newId } from '../../protocol/ids';
import type { CountedRow } from '../../protocol/rows';
import type { QuoteItem } from '../../protocol/socket';
import { SocketError } from '../../socket/errors';
import type { Entry } from './entry';
import type { OutboxStore, Tabs } from './outbox-store';

export interface OutboxHost {
  user: string;
  store: OutboxStore;
  tabs: Tabs;
  /** Sends it; resolves with the stored row. */
  deliver(entry: Entry): Promise<CountedRow>;
  /** The row that takes the entry's place; called just before the entry goes. */
  onDelivered(row: CountedRow): void;
}

/** The retry delay in milliseconds, doubled after each failed round up to the second number. */
const AGAIN_AFTER = 2_000;
const AGAIN_WITHIN = 32_000;

export class Outbox {
  /** In the order of sending. */
  entries = $state.raw<Entry[]>([]);
  #host: OutboxHost;
  #draining = new Set<ChatKey>();
  #saving = new Map<string, Entry>();
  /** Entries that could not be saved: only this page has them. */
  #unsaved = new Set<string>();
  #removing = new Set<string>();
  #leads = false;
  #vain = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  /** Loads what earlier pages left, and drains when no other tab does. */
  async open(): Promise<void> {
    this.#host.tabs.onChanged(() => void this.#reload());
    await this.#reload();
    if (this.#closed) return;
    let reloaded = Promise.resolve();
    this.#host.tabs.lead((leads) => {
      this.#leads = leads && !this.#closed;
      if (leads) reloaded = this.#reload();
    });
    await reloaded;
  }

  close(): void {
    this.#closed = true;
    this.#leads = false;
    clearTimeout(this.#again);
    this.#host.tabs.close();
  }

  of(chat: ChatKey): Entry[] {
    return this.entries.filter((entry) => entry.chat === chat);
  }

  async send(chat: ChatKey, content: string, replyTo: QuoteItem | null = null): Promise<void> {
    const order = Math.max(Date.now(), (this.entries.at(-1)?.order ?? 0) + 1);
    const createdAt = new Date().toISOString();
    const { user } = this.#host;
    await this.#put({ messageId: newId(), user, chat, content, replyTo, createdAt, order, refused: null });
  }

  /** Sends a refused message again, after the other waiting messages of its chat. */
  async retry(messageId: string): Promise<void> {
    const entry = this.entries.find((each) => each.messageId === messageId);
    if (!entry) return;
    // A taken id stays taken.
    const id = entry.refused === 'message_id_taken' ? newId() : messageId;
    const order = Math.max(Date.now(), (this.entries.at(-1)?.order ?? 0) + 1);
    this.entries = without(this.entries, messageId);
    await this.#put({ ...entry, messageId: id, order, refused: null });
    if (id !== messageId) await this.discard(messageId);
  }

  async discard(messageId: string): Promise<void> {
    this.entries = without(this.entries, messageId);
    this.#saving.delete(messageId);
    this.#unsaved.delete(messageId);
    this.#removing.add(messageId);
    await this.#host.store.remove(this.#host.user, messageId).catch(() => undefined);
    this.#removing.delete(messageId);
    this.#host.tabs.changed();
  }

  /** Changes what the waiting messages quote. */
  requote(change: (quote: QuoteItem) => QuoteItem): void {
    for (const entry of this.entries) {
      const replyTo = entry.replyTo && change(entry.replyTo);
      if (replyTo !== entry.replyTo) void this.#put({ ...entry, replyTo });
    }
  }

  /** The row has arrived in another way, such as a resumed history: its entry need not be sent. */
  async settle(messageId: string): Promise<void> {
    if (this.entries.some((entry) => entry.messageId === messageId)) await this.discard(messageId);
  }

  /** Sends what waits, chat by chat. Call this whenever the connection has opened. */
  drain(): void {
    for (const chat of new Set(this.entries.map((entry) => entry.chat))) void this.#drainChat(chat);
  }

  async #drainChat(chat: ChatKey): Promise<void> {
    if (this.#draining.has(chat)) return;
    this.#draining.add(chat);
    try {
      for (let entry; !this.#closed && (entry = this.#next(chat));) {
        if (!(await this.#deliver(entry))) return;
      }
    } finally {
      this.#draining.delete(chat);
    }
  }

  /** Returns whether to go on with the next entry. */
  async #deliver(entry: Entry): Promise<boolean> {
    try {
      const row = await this.#host.deliver(entry);
      this.#host.onDelivered(row);
      this.#vain = 0;
      await this.discard(entry.messageId);
      return true;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      if (!error.passing) await this.#refuse(entry, error.code);
      else if (!error.lost) this.#later();
      return !error.passing;
    }
  }

  #later(): void {
    clearTimeout(this.#again);
    const delay = Math.min(AGAIN_AFTER * 2 ** this.#vain, AGAIN_WITHIN);
    this.#again = setTimeout(() => (this.#vain++, this.drain()), delay);
  }

  async #refuse(entry: Entry, code: string): Promise<void> {
    if (this.entries.some((each) => each.messageId === entry.messageId))
      await this.#put({ ...entry, refused: code });
  }

  #next(chat: ChatKey): Entry | undefined {
    const entry = this.entries.find((each) => each.chat === chat && !each.refused);
    return entry && (this.#leads || this.#unsaved.has(entry.messageId)) ? entry : undefined;
  }

  async #put(entry: Entry): Promise<void> {
    this.entries = inOrder([...without(this.entries, entry.messageId), entry]);
    this.#saving.set(entry.messageId, entry);
    const isCurrent = () => this.#saving.get(entry.messageId) === entry;
    try {
      await this.#host.store.put(entry);
      if (isCurrent()) this.#saving.delete(entry.messageId);
    } catch {
      // Without storage, it is still sent while the page lives.
      if (isCurrent()) this.#unsaved.add(entry.messageId);
    }
    this.#host.tabs.changed();
    void this.#drainChat(entry.chat);
  }

  async #reload(): Promise<void> {
    const stored = await this.#host.store.all(this.#host.user).catch(() => null);
    if (this.#closed) return;
    // This tab's own pending writes take precedence over what is stored.
    const here = new Set([...this.#saving.keys(), ...this.#removing]);
    if (stored) {
      const others = stored.filter((entry) => !here.has(entry.messageId));
      this.entries = inOrder([...others, ...this.#saving.values()]);
    }
    this.drain();
  }
}

function without(entries: Entry[], messageId: string): Entry[] {
  return entries.filter((entry) => entry.messageId !== messageId);
}

function inOrder(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.order - b.order);
}
