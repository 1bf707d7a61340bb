// Renews the token of an open connection before it expires.

/** Browsers' timers cannot wait longer than some 24 days. */
const LONGEST = 24 * 60 * 60_000;
const AGAIN_AFTER = 60_000;

export class Renewal {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renew: () => Promise<string>;

  /** `renew` gets a new token, sends it over the connection, and resolves with its expiry. */
  constructor(renew: () => Promise<string>) {
    this.#renew = renew;
  }

  /** Renews after three quarters of the remaining time. `now` is the server's time: device clocks may be wrong. */
  schedule(expiresAt: string, now: number): void {
    const left = Date.parse(expiresAt) - now;
    this.#wait(Math.max(0, Math.min(LONGEST, left * 0.75)));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(delay: number): void {
    this.stop();
    this.#timer = setTimeout(() => void this.#attempt(), delay);
  }

  async #attempt(): Promise<void> {
    const asked = Date.now();
    try {
      this.schedule(await this.#renew(), asked);
    } catch {
      this.#wait(AGAIN_AFTER); // a session that has ended is told of otherwise
    }
  }
}
