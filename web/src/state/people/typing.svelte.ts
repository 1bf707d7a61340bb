// Typing indicators. They expire after some seconds; the user's own is sent at most every three.
import { paramsOf, type ChatKey } from '../../protocol/chat';
import type { Ask } from '../line.svelte';

const LASTS = 5_000;
const EVERY = 3_000;

interface Writer {
  userId: string;
  firstName: string;
  until: ReturnType<typeof setTimeout>;
}

export class Typing {
  #ask: Ask;
  #writers = $state.raw<ReadonlyMap<ChatKey, Writer[]>>(new Map());
  #told = new Map<ChatKey, number>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** First names of the people who are typing. */
  in(chat: ChatKey): string[] {
    return (this.#writers.get(chat) ?? []).map((writer) => writer.firstName);
  }

  /** Sends the user's typing indicator. */
  tell(chat: ChatKey): void {
    const now = Date.now();
    if (now - (this.#told.get(chat) ?? 0) < EVERY) return;
    this.#told.set(chat, now);
    this.#ask('typing', paramsOf(chat)).catch(() => undefined); // of the moment alone
  }

  heard(chat: ChatKey, userId: string, firstName: string): void {
    const others = this.#without(chat, userId);
    const until = setTimeout(() => this.stopped(chat, userId), LASTS);
    this.#set(chat, [...others, { userId, firstName, until }]);
  }

  /** They sent their message or stopped typing. */
  stopped(chat: ChatKey, userId: string): void {
    if (this.#writers.has(chat)) this.#set(chat, this.#without(chat, userId));
  }

  /** The account was deleted. */
  gone(userId: string): void {
    for (const chat of this.#writers.keys()) this.stopped(chat, userId);
  }

  /** The user sent the message: the next indicator is sent at once. */
  sent(chat: ChatKey): void {
    this.#told.delete(chat);
  }

  #without(chat: ChatKey, userId: string): Writer[] {
    return (this.#writers.get(chat) ?? []).filter((writer) => {
      if (writer.userId === userId) clearTimeout(writer.until);
      return writer.userId !== userId;
    });
  }

  #set(chat: ChatKey, writers: Writer[]): void {
    const next = new Map(this.#writers);
    if (writers.length > 0) next.set(chat, writers);
    else next.delete(chat);
    this.#writers = next;
  }
}
