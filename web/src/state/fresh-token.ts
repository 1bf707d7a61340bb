// A new token for an old one, also for one that has expired: a session lives longer than its tokens.
import type { Api } from '../api/endpoints';
import { ApiError } from '../api/http';
import type { Renewed } from '../protocol/session';
import type { Session } from './session.svelte';

export class FreshToken {
  #session: Session;
  #api: () => Api;
  #asking: Promise<Renewed> | null = null;

  constructor(session: Session, api: () => Api) {
    this.#session = session;
    this.#api = api;
  }

  /** Asks once, however many wait for it. `stale`: the token that was refused; another tab may have a new one by now. */
  get(stale = this.#session.token): Promise<Renewed> {
    if (stale !== this.#session.token && this.#session.token !== null) return Promise.resolve('renewed');
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<Renewed> {
    const user = this.#session.user?.id;
    if (!user) return 'ended';
    try {
      const { token } = await this.#api().renew();
      return this.#session.renewed(token, user) ? 'renewed' : 'ended';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.status === 401 ? 'ended' : 'unreachable';
    }
  }
}
