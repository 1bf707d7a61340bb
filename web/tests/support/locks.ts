// Web Locks as the client uses them: shared ones, and ones that are had at once or not at all. And tabs that hear each
// other by a channel.
type Held = { name: string; mode: LockMode };

export class FakeLocks {
  #held: Held[] = [];

  query = async (): Promise<LockManagerSnapshot> => ({ held: [...this.#held], pending: [] });

  request = (async (name: string, options: LockOptions, callback: (lock: Lock | null) => unknown) => {
    await Promise.resolve();
    if (options.signal?.aborted) throw options.signal.reason;
    const { mode = 'exclusive' } = options;
    const taken = this.#held.some((held) => held.name === name);
    if (taken && mode === 'exclusive') return callback(null);
    const lock = { name, mode };
    this.#held.push(lock);
    await callback(lock);
    this.#held.splice(this.#held.indexOf(lock), 1);
  }) as LockManager['request'];
}

/** Channels of one name hear each other at once. */
export class FakeChannel {
  static #open = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly name: string) {
    FakeChannel.#open.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.#open) {
      if (other !== this && other.name === this.name) other.onmessage?.({ data });
    }
  }

  close(): void {
    FakeChannel.#open.delete(this);
  }
}
