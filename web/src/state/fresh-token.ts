// A new token for an old one, also for one that has expired: a session lives longer than its tokens.
import type { Api } from '../api/endpoints';
import { ApiError } from '../api/http';
import type { Renewed } from '../protocol/session';
import type { Session } from './session.svelte';

/** A tab that sleeps while it renews must not keep the others waiting: the server bears two that renew at once. */
const LOCK_WITHIN = 5_000;

interface Host {
  session: Session;
  api(): Api;
  /** Takes over what another tab has stored. */
  sync(): void;
}

export class FreshToken {
  #host: Host;
  #asking: Promise<Renewed> | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks once, however many wait for it. `stale`: the token to replace; another tab may have a new one by now. */
  get(stale = this.#host.session.token): Promise<Renewed> {
    this.#asking ??= this.#ask(stale).finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(stale: string | null): Promise<Renewed> {
    const user = this.#host.session.user?.id;
    if (!user) return 'ended';
    return this.#replaced(stale, user) ?? oneTab(() => this.#renew(stale, user));
  }

  async #renew(stale: string | null, user: string): Promise<Renewed> {
    const known = this.#replaced(stale, user);
    if (known) return known;
    try {
      const { token } = await this.#host.api().renew();
      return this.#host.session.renewed(token, user) ? 'renewed' : 'unreachable';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.status === 401 ? (this.#replaced(stale, user) ?? 'ended') : 'unreachable';
    }
  }

  // What another tab knows by now. Another person there is no reason to end anything here.
  #replaced(stale: string | null, user: string): Renewed | null {
    const { session } = this.#host;
    this.#host.sync();
    if (session.user?.id !== user) return 'unreachable';
    return session.token === stale ? null : 'renewed';
  }
}

/** One tab after the other, where browsers offer locks. */
async function oneTab<T>(action: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return action();
  let begun: Promise<T> | undefined;
  const run = () => (begun ??= action());
  return locks
    .request('hearth-renew', { signal: AbortSignal.timeout(LOCK_WITHIN) }, run)
    .catch((error: unknown) =>
      begun || (error as Error).name === 'TimeoutError' ? run() : Promise.reject(error),
    );
}
