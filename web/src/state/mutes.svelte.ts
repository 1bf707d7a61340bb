// When mutes end. Nothing comes over the wire at that moment: a timer is set for the next one.

// A timer cannot wait longer; it is set again then.
const LONGEST = 2 ** 31 - 1;

export class Mutes {
  /** Grows whenever one has ended. */
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

  /** What asks for it follows: it is asked again when a mute has ended. */
  follow(): void {
    void this.#ended;
  }

  /** One was set, or learnt of. */
  expect(until: string | null): void {
    const at = until === null ? 0 : Date.parse(until);
    const now = this.#now();
    if (at <= now || at >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = at;
    this.#timer = setTimeout(() => this.again(), Math.min(at - now, LONGEST));
  }

  /** Looks at all of them anew. */
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
