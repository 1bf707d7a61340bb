// The token that the open connection has. Tabs share the session's, and another tab may have renewed that one.
import { SocketError } from '../socket/errors';
import type { Renewed } from '../protocol/session';
import type { MessengerHost } from './messenger-host';

export class ConnectionToken {
  #host: Pick<MessengerHost, 'session' | 'renew'>;
  #current = '';

  constructor(host: Pick<MessengerHost, 'session' | 'renew'>) {
    this.#host = host;
  }

  /** The session's newest, from now on the connection's. */
  take = (): string => (this.#current = this.#host.session.token ?? '');

  /** Gets a newer one than the connection has into the session. */
  renew = (): Promise<Renewed> => this.#host.renew(this.#current);

  /** A newer one, from now on the connection's. */
  async next(): Promise<string> {
    if ((await this.renew()) !== 'renewed') throw new SocketError('unavailable', 'No new token');
    return this.take();
  }
}
