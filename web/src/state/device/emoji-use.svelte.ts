// The recently used emoji and the preferred skin tone. Kept in the browser until log-out.
import { forget, load, save } from './storage';

const KEPT = 24;

interface Values {
  recent: string[];
  tone: number;
}

export class EmojiUse {
  #storage: string;
  #values = $state.raw<Values>({ recent: [], tone: 0 });

  constructor(user: string) {
    this.#storage = storageOf(user);
    this.#values = { ...this.#values, ...load<Partial<Values>>(this.#storage) };
  }

  /** Most recent first. */
  get recent(): string[] {
    return this.#values.recent;
  }

  /** 0 is yellow, 1 to 5 are light to dark. */
  get tone(): number {
    return this.#values.tone;
  }

  used(emoji: string): void {
    const others = this.recent.filter((each) => each !== emoji);
    this.#keep({ recent: [emoji, ...others].slice(0, KEPT) });
  }

  choose(tone: number): void {
    this.#keep({ tone });
  }

  #keep(values: Partial<Values>): void {
    this.#values = { ...this.#values, ...values };
    save(this.#storage, this.#values);
  }
}

/** Removes what is kept for a user: at log-out. */
export function forgetEmojiUse(user: string): void {
  forget(storageOf(user));
}

function storageOf(user: string): string {
  return `hearth.emoji.${user}`;
}
