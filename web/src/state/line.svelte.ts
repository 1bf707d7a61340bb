// The connection as the rest of the state sees it: its status, the server's `hello`, and requests.
import type { Answer, Broadcast, Params, RequestType } from '../protocol/frames';
import type { Hello, HelloBounds, ServerNotice } from '../protocol/socket';
import { Connection, type Options, type Status } from '../socket/connection';
import { SocketError } from '../socket/errors';

const AGAIN_AFTER = 1_000;
/** Shorter gaps are not shown, in milliseconds. */
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
  /** What to show if the connection has been closed for a moment. */
  trouble = $state<Trouble | null>(null);
  hello = $state.raw<Hello | null>(null);
  /** What the server says about itself. */
  notice = $state.raw<ServerNotice | null>(null);
  #trouble: Trouble | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** How far the server's clock is ahead of the device's, in milliseconds. */
  #ahead = 0;
  #connection: Connection;
  #opened: ((hello: Hello) => void)[] = [];

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
        this.notice = hello.serverNotice;
        this.#ahead = Date.parse(hello.serverTime) - Date.now();
        host.onHello(hello);
        for (const resolve of this.#opened.splice(0)) resolve(hello);
      },
      onBroadcast: (broadcast) => host.onBroadcast(broadcast),
      onUnauthorized: () => host.onUnauthorized(),
    });
  }

  /** The time by the server's clock, or by the device's until the first connection. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** The server's bounds. Undefined until the first connection. */
  get bounds(): HelloBounds | undefined {
    return this.hello?.bounds;
  }

  /** Whether the server stores nothing more, because its disk is almost full. */
  get readOnly(): boolean {
    return this.notice?.kind === 'read_only' && !this.trouble;
  }

  /** Waits for a connection if there is none. Resolves with its `hello`. */
  async opened(): Promise<Hello> {
    if (this.status === 'open' && this.hello) return this.hello;
    return new Promise((resolve) => this.#opened.push(resolve));
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

  /** Sends now; fails with `closed` if there is no connection. For requests that are momentary or must not be repeated. */
  ask: Ask = (type, params) => this.#connection.ask(type, params);

  /** Sends when there is a connection, and again if it is lost. For reads, and for requests that are idempotent. */
  insist: Ask = async (type, params) => {
    for (;;) {
      await this.opened();
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
