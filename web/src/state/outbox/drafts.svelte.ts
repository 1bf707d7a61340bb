// Drafts, per chat. Kept in the browser until log-out.
import type { ChatKey } from '../../protocol/chat';
import { forget, load, save } from '../device/storage';

type Texts = Partial<Record<ChatKey, string>>;

export class Drafts {
  #storage: string;
  #texts = $state.raw<Texts>({});

  constructor(user: string) {
    this.#storage = storageOf(user);
    this.#texts = load<Texts>(this.#storage) ?? {};
  }

  get(chat: ChatKey): string {
    return this.#texts[chat] ?? '';
  }

  set(chat: ChatKey, text: string): void {
    const { [chat]: _, ...rest } = this.#texts;
    this.#texts = text.trim() ? { ...rest, [chat]: text } : rest;
    save(this.#storage, this.#texts);
  }
}

/** Removes what is kept for a user: at log-out. */
export function forgetDrafts(user: string): void {
  forget(storageOf(user));
}

function storageOf(user: string): string {
  return `hearth.drafts.${user}`;
}
