// Keeps a WebSocket open: a state machine around it, requests with answers, broadcasts. Knows nothing about the
// meaning of frames or about Svelte.
import type { Answer, Broadcast, Params, RequestType } from '../protocol/frames';
import type { RenewResult } from '../protocol/session';
import type { Hello } from '../protocol/socket';
import { decode, encode } from '../protocol/frames';
import { backoff } from './backoff';
import type { Environment } from './environment';
import { SocketError } from './errors';
import { Pending } from './pending';

/** `waiting`: before the next attempt; `offline`: the same, while the device has no network; `ended`: not without a new session. */
export type Status = 'idle' | 'connecting' | 'open' | 'waiting' | 'offline' | 'ended';

export interface Listener {
  onStatus(status: Status): void;
  /** The connection is open. Anything may have changed since it was last open. */
  onHello(hello: Hello): void;
  onBroadcast(broadcast: Broadcast): void;
  /** The session has ended. */
  onUnauthorized(): void;
}

export interface Options {
  url: string;
  token(): string;
  /** Gets a new token after the server rejected the current one. */
  renew(): Promise<RenewResult>;
  environment: Environment;
  open?: (url: string, protocols: string[]) => WebSocket;
  random?: () => number;
}

const UNAUTHORIZED = 4001;
const ANSWER_WITHIN = 20_000;
const PROBE_WITHIN = 8_000;
/** While the device reports no network: a server in the local network may still answer. */
const OFFLINE_PROBE_WITHIN = 2_000;

export class Connection {
  status: Status = 'idle';
  #options: Options;
  #listener: Listener;
  #socket: WebSocket | null = null;
  #pending = new Pending();
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #heartbeat = 30_000;
  #probing = Infinity; // within how many milliseconds it is to be answered
  #renewed = false;
  #stopListening: (() => void) | undefined;

  constructor(options: Options, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    if (this.status !== 'idle' && this.status !== 'ended') return;
    this.#failures = 0;
    this.#stopListening = this.#options.environment.onWake(() => this.wake());
    this.#connect();
  }

  /** Closes the connection and stops reconnecting. `start` connects again. */
  stop(): void {
    this.#stopListening?.();
    clearTimeout(this.#retry);
    this.#drop();
    this.#become('ended');
  }

  /** Reconnects at once if waiting, and probes an open connection. */
  wake(): void {
    if (this.status === 'waiting' || this.status === 'offline') {
      clearTimeout(this.#retry);
      if (this.#options.environment.online()) this.#connect();
      else this.#wait();
    } else if (this.status === 'connecting' && this.#socket) {
      // An attempt from before a sleep may wait for a network that is gone.
      const socket = this.#socket;
      this.#watch(PROBE_WITHIN, () => this.#lost(socket));
    } else if (this.status === 'open') {
      this.#probe();
    }
  }

  /** Sends a request. Fails with `closed` at once when the connection is not open. */
  async ask<T extends RequestType>(type: T, params: Params<T>, timeout = ANSWER_WITHIN): Promise<Answer<T>> {
    if (this.status !== 'open' || !this.#socket) throw new SocketError('closed', 'Not connected');
    const socket = this.#socket;
    // Answers come in order, so a late answer means that the connection is dead.
    const { id, answer } = this.#pending.add<T>(timeout, () => this.#lost(socket));
    socket.send(encode(type, id, params));
    return answer;
  }

  #connect(): void {
    this.#become('connecting');
    const open = this.#options.open ?? ((url, protocols) => new WebSocket(url, protocols));
    const socket = open(this.#options.url, ['hearth', this.#options.token()]);
    this.#socket = socket;
    this.#watch(ANSWER_WITHIN, () => this.#lost(socket));
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #receive(text: string): void {
    const incoming = decode(text);
    if (!incoming) return;
    this.#watch(this.#heartbeat, () => this.#probe());
    if (incoming.kind === 'answer') this.#pending.answer(incoming.id, incoming);
    else if (incoming.kind === 'refusal') this.#refused(incoming);
    else if (incoming.broadcast.type === 'hello') this.#hello(incoming.broadcast.item);
    else if (this.status === 'open') this.#listener.onBroadcast(incoming.broadcast);
  }

  #refused({ id, code, message }: { id: number | undefined; code: string; message: string }): void {
    if (id !== undefined) this.#pending.refuse(id, new SocketError(code, message));
  }

  #hello(hello: Hello): void {
    this.#failures = 0;
    this.#renewed = false;
    this.#heartbeat = hello.heartbeatSeconds * 1000;
    this.#watch(this.#heartbeat, () => this.#probe());
    this.#become('open');
    this.#listener.onHello(hello);
  }

  #closed(code: number): void {
    if (code === UNAUTHORIZED) void this.#unauthorized();
    else this.#lost(this.#socket);
  }

  // The token may have expired while the session has not.
  async #unauthorized(): Promise<void> {
    this.#drop();
    this.#become('connecting');
    const renewed = await this.#options.renew();
    if (this.status !== 'connecting' || this.#socket) return; // stopped meanwhile
    if (renewed === 'ended') {
      this.stop();
      return this.#listener.onUnauthorized();
    }
    // If the new token is rejected too, back off.
    if (renewed === 'unreachable' || this.#renewed) return this.#wait();
    this.#renewed = true;
    this.#connect();
  }

  #lost(socket: WebSocket | null): void {
    if (socket !== this.#socket || this.status === 'ended') return;
    this.#drop();
    this.#wait();
  }

  #wait(): void {
    const delay = backoff(this.#failures++, (this.#options.random ?? Math.random)());
    // A device without a network may still reach a server at home, so attempts go on.
    this.#retry = setTimeout(() => this.#connect(), delay);
    this.#become(this.#options.environment.online() ? 'waiting' : 'offline');
  }

  // Browsers answer pings without telling the page: after a silence, only a request shows whether the connection is alive.
  #probe(): void {
    const within = this.#options.environment.online() ? PROBE_WITHIN : OFFLINE_PROBE_WITHIN;
    if (this.status !== 'open' || this.#probing <= within) return;
    this.#probing = within;
    this.ask('listLastMessage', { limit: 0 }, within)
      .catch(() => undefined) // a dead line has been dropped by the time-out
      .finally(() => (this.#probing = Infinity));
  }

  #watch(after: number, then: () => void): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(then, after);
  }

  #drop(): void {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#pending.refuseAll(new SocketError('closed', 'The connection was lost'));
  }

  #become(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    this.#listener.onStatus(status);
  }
}
