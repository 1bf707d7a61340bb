// Exchanges a token for a new one, even if it has expired: sessions outlive their tokens.
import type { Api } from '../../api/endpoints';
import { ApiError } from '../../api/http';
import type { RenewResult } from '../../protocol/session';
import type { Session } from './session.svelte';

/** A sleeping tab must not block the others. The server accepts concurrent renewals. */
const LOCK_WITHIN = 5_000;

interface Host {
  session: Session;
  api(): Api;
  /** Takes over what another tab has stored. */
  sync(): void;
}

export class FreshToken {
  #host: Host;
  #asking: Promise<RenewResult> | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Shares one request between callers. `stale`: the token to replace; another tab may have replaced it already. */
  get(stale = this.#host.session.token): Promise<RenewResult> {
    this.#asking ??= this.#ask(stale).finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(stale: string | null): Promise<RenewResult> {
    const user = this.#host.session.user?.id;
    if (!user) return 'ended';
    return this.#replaced(stale, user) ?? oneTab(() => this.#renew(stale, user));
  }

  async #renew(stale: string | null, user: string): Promise<RenewResult> {
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

  // The result of another tab. If another user has logged in there, this session has not ended.
  #replaced(stale: string | null, user: string): RenewResult | null {
    const { session } = this.#host;
    this.#host.sync();
    if (session.user?.id !== user) return 'unreachable';
    return session.token === stale ? null : 'renewed';
  }
}

/** One tab at a time, if the browser has locks. */
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
