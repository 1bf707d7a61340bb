// A WebSocket without a network: what the client sends is kept, what the server says is said by the test.
import { Connection, type Listener, type Status } from '../../src/socket/connection';
import type { Environment } from '../../src/socket/environment';
import type { RenewResult } from '../../src/protocol/session';
import type { Hello } from '../../src/protocol/socket';
import { bounds } from './samples';

export class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: { type: string; id: number; params: Record<string, unknown> }[] = [];
  closed = false;
  readonly protocols: string[];

  constructor(protocols: string[]) {
    this.protocols = protocols;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  hello(values: Partial<Hello> = {}): void {
    this.says(broadcast('hello', { heartbeatSeconds: 30, bounds, ...values }));
  }

  /** Answers the last request. */
  answers(item: unknown, data: unknown = null): void {
    const { type, id } = this.sent.at(-1)!;
    this.says({ type, id, success: true, params: { item, data, isBroadcast: false } });
  }

  drops(code = 1006): void {
    this.onclose?.({ code });
  }
}

export function broadcast(type: string, item: unknown): object {
  return { type, success: true, params: { item, data: null, isBroadcast: true } };
}

/** A connection on fake sockets, with everything it reported. */
export function connection() {
  const sockets: FakeSocket[] = [];
  const told = { statuses: [] as Status[], hellos: 0, broadcasts: [] as unknown[], unauthorized: 0 };
  const listener: Listener = {
    onStatus: (status) => told.statuses.push(status),
    onHello: () => told.hellos++,
    onBroadcast: (news) => told.broadcasts.push(news),
    onUnauthorized: () => told.unauthorized++,
  };
  const device = { online: true, wake: () => {}, renewed: 'ended' as RenewResult, renewals: 0 };
  const environment: Environment = {
    online: () => device.online,
    onWake: (callback) => ((device.wake = callback), () => (device.wake = () => {})),
    onHide: () => () => {},
  };
  const open = (_: string, protocols: string[]) => {
    const socket = new FakeSocket(protocols);
    sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  const token = () => `token ${device.renewals}`;
  const renew = async () => (device.renewals++, device.renewed);
  const options = { url: 'ws://hearth', token, renew, environment, open, random: () => 1 };
  return {
    connection: new Connection(options, listener),
    sockets,
    told,
    device,
    last: () => sockets.at(-1)!,
  };
}
