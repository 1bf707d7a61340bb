// A lease that one of several tabs holds, for browsers without Web Locks (plain HTTP from another host). The tab renews
// it while it lives; then another takes over. For a moment two tabs may hold it, which callers must tolerate.

export interface LeaseHost {
  /** May throw if the browser forbids it. */
  storage(): Shared;
  now(): number;
  /** Calls back at this interval until the returned function is called. */
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

  /** Calls back whenever this tab gets or loses the lease, until `close`. */
  open(onChange: (held: boolean) => void): void {
    const round = () => {
      const held = this.#take();
      if (held !== this.#held) onChange((this.#held = held));
    };
    this.#stop = this.#host.every(ROUND, round);
    round();
  }

  /** Releases it for another tab: this page is being left. */
  release(): void {
    if (this.#read()?.tab === this.#tab) this.#attempt((storage) => storage.removeItem(this.#name));
  }

  close(): void {
    this.#stop();
    this.release();
  }

  // Without storage, tabs cannot coordinate: each holds it.
  #take(): boolean {
    const held = this.#read();
    if (held && held.tab !== this.#tab && !this.#isOver(held)) return false;
    const mine: Held = { tab: this.#tab, until: this.#host.now() + LASTS };
    this.#attempt((storage) => storage.setItem(this.#name, JSON.stringify(mine)));
    return true;
  }

  // A lease that ends too late was written before the clock was set back.
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
