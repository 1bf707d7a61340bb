// Tracks when mutes end. The server sends nothing at that moment, so a timer is set.

// The longest timer. It is set again when it fires.
const LONGEST = 2 ** 31 - 1;

export class Mutes {
  /** Grows whenever a mute has ended. */
  #ended = $state(0);
  #next = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #all: () => Iterable<string | null>;
  #now: () => number;

  /** `all`: until when each chat is muted. */
  constructor(all: () => Iterable<string | null>, now: () => number) {
    this.#all = all;
    this.#now = now;
  }

  /** Makes the caller reactive to the end of mutes. */
  follow(): void {
    void this.#ended;
  }

  /** A mute was set or received. */
  expect(until: string | null): void {
    const at = until === null ? 0 : Date.parse(until);
    const now = this.#now();
    if (at <= now || at >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = at;
    this.#timer = setTimeout(() => this.again(), Math.min(at - now, LONGEST));
  }

  /** Checks all of them again. */
  again(): void {
    clearTimeout(this.#timer);
    this.#next = Infinity;
    this.#ended++;
    for (const until of this.#all()) this.expect(until);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
