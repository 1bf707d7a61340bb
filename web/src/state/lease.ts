// One tab of several holds a lease, where browsers offer no locks (plain HTTP from another host). It is renewed while
// the tab lives, and another one takes it over when it is not. For a moment two may hold it: whoever uses it bears that.

export interface LeaseHost {
  /** May throw: browsers forbid it. */
  storage(): Shared;
  now(): number;
  /** Calls back every so many milliseconds, until the returned function is called. */
  every(milliseconds: number, callback: () => void): () => void;
}

type Shared = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Held {
  tab: string;
  until: number;
}

const LASTS = 6_000;
const ROUND = 2_000;

export class Lease {
  #name: string;
  #tab: string;
  #host: LeaseHost;
  #held = false;
  #stop: () => void = () => {};

  constructor(name: string, tab: string, host: LeaseHost) {
    this.#name = name;
    this.#tab = tab;
    this.#host = host;
  }

  /** Tells whenever this tab gets the lease or loses it, until `close`. */
  open(onChange: (held: boolean) => void): void {
    const round = () => {
      const held = this.#take();
      if (held !== this.#held) onChange((this.#held = held));
    };
    this.#stop = this.#host.every(ROUND, round);
    round();
  }

  /** Lets another tab have it: this one is being left. */
  release(): void {
    if (this.#read()?.tab === this.#tab) this.#attempt((storage) => storage.removeItem(this.#name));
  }

  close(): void {
    this.#stop();
    this.release();
  }

  // Without a storage tabs cannot tell each other: each holds it.
  #take(): boolean {
    const held = this.#read();
    if (held && held.tab !== this.#tab && !this.#isOver(held)) return false;
    const mine: Held = { tab: this.#tab, until: this.#host.now() + LASTS };
    this.#attempt((storage) => storage.setItem(this.#name, JSON.stringify(mine)));
    return true;
  }

  // One that ends later than any can was written before the clock was put back.
  #isOver({ until }: Held): boolean {
    const now = this.#host.now();
    return until < now || until > now + LASTS;
  }

  #read(): Held | null {
    try {
      return JSON.parse(this.#host.storage().getItem(this.#name) ?? 'null') as Held | null;
    } catch {
      return null;
    }
  }

  #attempt(write: (storage: Shared) => void): void {
    try {
      write(this.#host.storage());
    } catch {
      // full or forbidden
    }
  }
}
