// The token of the open connection. Tabs share the session's token, which another tab may have renewed.
import { SocketError } from '../../socket/errors';
import type { RenewResult } from '../../protocol/session';
import type { MessengerHost } from '../messenger.svelte';

export class ConnectionToken {
  #host: Pick<MessengerHost, 'session' | 'renew'>;
  #current = '';

  constructor(host: Pick<MessengerHost, 'session' | 'renew'>) {
    this.#host = host;
  }

  /** Takes the session's newest token for the connection. */
  take = (): string => (this.#current = this.#host.session.token ?? '');

  /** Gets a newer token than the connection's into the session. */
  renew = (): Promise<RenewResult> => this.#host.renew(this.#current);

  /** Gets a newer token for the connection. */
  async next(): Promise<string> {
    if ((await this.renew()) !== 'renewed') throw new SocketError('unavailable', 'No new token');
    return this.take();
  }
}
