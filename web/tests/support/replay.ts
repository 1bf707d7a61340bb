// Plays a recorded conversation with a real server to a messenger: what the client sends must be what it sent then.
import 'fake-indexeddb/auto';
import { expect, vi } from 'vitest';
import { endpoints } from '../../src/api/endpoints';
import { http } from '../../src/api/http';
import { openDatabase } from '../../src/state/device/database';
import { Messenger } from '../../src/state/messenger.svelte';
import { Session } from '../../src/state/session/session.svelte';
import { FakeSocket } from './socket';

type Frame = { type: string; id?: number; params: Record<string, unknown> };
export type Event = { open?: true; close?: true; out?: Frame; in?: Frame };

/** What the person did when this frame was sent; the rest the client does by itself. */
export type Doings = Record<string, (messenger: Messenger, params: Record<string, unknown>) => void>;

export class Replay {
  readonly messenger: Messenger;
  #sockets: FakeSocket[] = [];
  #taken = 0;
  /** Ids are made anew each time: recorded to actual. */
  #ids = new Map<number, number>();
  #messageIds = new Map<string, string>();
  #wake = () => {};

  constructor(me: string) {
    const sockets = this.#sockets;
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('WebSocket', function (_: string, protocols: string[]) {
      const socket = new FakeSocket(protocols);
      sockets.push(socket);
      return socket;
    });
    const onWake = (wake: () => void) => ((this.#wake = wake), () => {});
    const environment = { online: () => true, onWake, onHide: () => () => {} };
    const renew = async () => 'unreachable' as const;
    const api = endpoints(
      http({ token: () => 'a.token', renew, confirm: async () => false, onUnauthorized: () => {} }),
    );
    const database = openDatabase();
    const onUnauthorized = () => expect.unreachable();
    const session = new Session();
    const onResumed = () => {};
    const url = 'ws://hearth';
    const host = { session, api, database, environment, url, renew, onResumed, onUnauthorized };
    this.messenger = new Messenger({ id: me, email: '', firstName: '', lastName: '' }, host);
  }

  async play(events: Event[], doings: Doings): Promise<void> {
    for (const event of events) {
      if (event.open) await this.#open();
      if (event.close) this.#sockets.at(-1)!.drops();
      if (event.in) this.#sockets.at(-1)!.says(this.#translated(event.in));
      if (event.out) await this.#sent(event.out, doings);
      await task();
    }
  }

  async #open(): Promise<void> {
    const before = this.#taken === 0 ? 0 : 1;
    this.#wake();
    await vi.waitFor(() => expect(this.#sockets).toHaveLength(before + 1));
    this.#taken = 0;
  }

  async #sent(recorded: Frame, doings: Doings): Promise<void> {
    doings[recorded.type]?.(this.messenger, recorded.params);
    const socket = this.#sockets.at(-1)!;
    await vi.waitFor(() =>
      expect(socket.sent.length, `${recorded.type} is sent`).toBeGreaterThan(this.#taken),
    );
    const actual = socket.sent[this.#taken++]!;
    expect(actual.type).toBe(recorded.type);
    this.#ids.set(recorded.id!, actual.id);
    if ('messageId' in recorded.params) {
      this.#messageIds.set(String(recorded.params.messageId), String(actual.params.messageId));
    }
    expect(actual.params).toEqual(this.#translated(recorded).params);
  }

  #translated(frame: Frame): Frame {
    let text = JSON.stringify(frame);
    for (const [recorded, actual] of this.#messageIds) text = text.replaceAll(recorded, actual);
    const translated = JSON.parse(text) as Frame;
    return frame.id === undefined ? translated : { ...translated, id: this.#ids.get(frame.id)! };
  }
}

// Each frame of a real socket is a task of its own.
function task(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
