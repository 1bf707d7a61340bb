// The user's read positions: shown at once, sent to the server when possible.
import { paramsOf, type ChatKey, refOf } from '../../protocol/chat';
import { gone } from './chat';
import type { Chats } from './chats.svelte';
import { SocketError } from '../../socket/errors';
import type { Ask } from '../line.svelte';

const AGAIN_AFTER = 2_000;

export class Reads {
  #ask: Ask;
  #chats: Chats;
  #me: string;
  #untold = new Map<ChatKey, number>();
  #telling = new Set<ChatKey>();

  constructor(ask: Ask, chats: Chats, me: string) {
    this.#ask = ask;
    this.#chats = chats;
    this.#me = me;
  }

  /** Marks the chat as read up to this seq. */
  upTo(chat: ChatKey, seq: number): void {
    const known = this.#chats.get(chat);
    if (!known || seq <= gone(known)) return;
    this.#chats.read({ chat: refOf(chat), userId: this.#me, readUpTo: seq });
    this.#untold.set(chat, seq);
    void this.#tell(chat);
  }

  /** Sends what could not be sent. Call this when the connection is open again. */
  flush(): void {
    for (const chat of this.#untold.keys()) void this.#tell(chat);
  }

  async #tell(chat: ChatKey): Promise<void> {
    if (this.#telling.has(chat)) return;
    this.#telling.add(chat);
    try {
      for (let seq; (seq = this.#untold.get(chat)) !== undefined;) {
        const { item } = await this.#ask('markRead', { ...paramsOf(chat), seq });
        this.#chats.read({ ...item, userId: this.#me });
        if (this.#untold.get(chat) === seq) this.#untold.delete(chat);
      }
    } catch (error) {
      // without a connection: sent when it is back
      if (error instanceof SocketError && error.passing && !error.lost)
        setTimeout(() => void this.#tell(chat), AGAIN_AFTER);
    } finally {
      this.#telling.delete(chat);
    }
  }
}
