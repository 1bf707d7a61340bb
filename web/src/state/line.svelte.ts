// The connection as the rest of the state sees it: its status, what the server said at the beginning, and requests.
import type { Broadcast } from '../protocol/broadcasts';
import type { Answer, Params, RequestType } from '../protocol/requests';
import type { Bounds, Hello } from '../protocol/rows';
import { Connection, type Options, type Status } from '../socket/connection';
import { SocketError } from '../socket/errors';

const AGAIN_AFTER = 1_000;
/** Most gaps are over before they matter. */
const PATIENCE = 700;

export type Trouble = 'connecting' | 'waiting' | 'offline';

export type Ask = <T extends RequestType>(type: T, params: Params<T>) => Promise<Answer<T>>;

interface Host {
  /** The connection is no longer open. */
  onLost(): void;
  onHello(hello: Hello): void;
  onBroadcast(broadcast: Broadcast): void;
  onUnauthorized(): void;
}

export class Line {
  status = $state<Status>('idle');
  /** Whether there is no connection, and the last attempt to make one failed. */
  away = $state(false);
  /** What to tell the reader, if the connection has not been open for a moment. */
  trouble = $state<Trouble | null>(null);
  hello = $state.raw<Hello | null>(null);
  #trouble: Trouble | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** How far the server's clock is ahead of the device's, in milliseconds. */
  #ahead = 0;
  #connection: Connection;
  #opened: (() => void)[] = [];

  constructor(options: Options, host: Host) {
    this.#connection = new Connection(options, {
      onStatus: (status) => {
        if (this.status === 'open') host.onLost();
        this.status = status;
        this.#told(status);
        if (status !== 'connecting') this.away = status === 'waiting' || status === 'offline';
      },
      onHello: (hello) => {
        this.hello = hello;
        this.#ahead = Date.parse(hello.serverTime) - Date.now();
        host.onHello(hello);
        for (const resolve of this.#opened.splice(0)) resolve();
      },
      onBroadcast: (broadcast) => host.onBroadcast(broadcast),
      onUnauthorized: () => host.onUnauthorized(),
    });
  }

  /** The time by the server's clock; by the device's as long as the server has not been reached. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  get bounds(): Bounds | null {
    return this.hello?.bounds ?? null;
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }

  wake(): void {
    this.#connection.wake();
  }

  /** Asks now; fails with `closed` if there is no connection. For what is of the moment or must not be repeated. */
  ask: Ask = (type, params) => this.#connection.ask(type, params);

  /** Asks when there is a connection, and again if it is lost. For reading, and for what the server does only once. */
  insist: Ask = async (type, params) => {
    for (;;) {
      if (this.status !== 'open') await new Promise<void>((resolve) => this.#opened.push(resolve));
      try {
        return await this.#connection.ask(type, params);
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        if (error.code === 'too_many_requests')
          await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
        else if (!error.lost) throw error;
      }
    }
  };

  #told(status: Status): void {
    const trouble = status === 'connecting' || status === 'waiting' || status === 'offline' ? status : null;
    if (trouble && this.#patience === undefined)
      this.#patience = setTimeout(() => (this.trouble = this.#trouble), PATIENCE);
    if (!trouble) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
    }
    this.#trouble = trouble;
    if (!trouble || this.trouble) this.trouble = trouble;
  }
}
