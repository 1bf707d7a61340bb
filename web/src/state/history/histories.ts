// The histories that have been opened, one for each chat.
import type { ChatKey } from '../../protocol/chat';
import type { Row } from '../../protocol/socket';
import type { HistorySource } from './history-source';
import { History } from './history.svelte';

export class Histories {
  #opened = new Map<ChatKey, History>();
  #source: (chat: ChatKey) => HistorySource;

  constructor(source: (chat: ChatKey) => HistorySource) {
    this.#source = source;
  }

  /** Opens it, if it is not open. */
  of(chat: ChatKey): History {
    const history = this.#opened.get(chat) ?? new History(chat, this.#source(chat));
    this.#opened.set(chat, history);
    return history;
  }

  opened(chat: ChatKey): History | undefined {
    return this.#opened.get(chat);
  }

  all(): Iterable<History> {
    return this.#opened.values();
  }

  remove(chat: ChatKey): void {
    this.#opened.delete(chat);
  }

  /** Changes rows of all of them. */
  change(change: (row: Row) => Row): void {
    for (const history of this.#opened.values()) history.change(change);
  }

  /** The server's epoch has changed. */
  reset(): void {
    for (const history of this.#opened.values()) history.reset();
  }
}
