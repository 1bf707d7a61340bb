// The frames around requests, answers, errors and broadcasts: encoding and decoding.
import type { CountedRow } from './rows';
import type { Broadcasts, Requests, Row } from './socket';

type Item<T> = T extends Row ? CountedRow : T;

export type RequestType = keyof Requests;
export type Params<T extends RequestType> = Requests[T]['params'];
export type Answer<T extends RequestType> = { item: Item<Requests[T]['item']>; data: Requests[T]['data'] };

export type BroadcastType = keyof Broadcasts;
/** A broadcast, discriminated by `type`. */
export type Broadcast = { [T in BroadcastType]: { type: T; item: Item<Broadcasts[T]> } }[BroadcastType];

export type Incoming =
  | { kind: 'answer'; id: number; item: unknown; data: unknown }
  | { kind: 'refusal'; id: number | undefined; code: string; message: string }
  | { kind: 'broadcast'; broadcast: Broadcast };

/** The text of a request. */
export function encode(type: string, id: number, params: object): string {
  return JSON.stringify({ type, id, params });
}

/** Null if it is not a frame of the protocol. Items are not validated. */
export function decode(text: string): Incoming | null {
  let frame: Frame;
  try {
    frame = JSON.parse(text) as Frame;
  } catch {
    return null;
  }
  if (typeof frame !== 'object' || frame === null || typeof frame.type !== 'string') return null;
  if (frame.error) {
    return { kind: 'refusal', id: frame.id, code: frame.code ?? 'unknown', message: frame.message ?? '' };
  }
  if (!frame.params) return null;
  const { item = null, data = null, isBroadcast } = frame.params;
  if (isBroadcast) return { kind: 'broadcast', broadcast: { type: frame.type, item } as Broadcast };
  return frame.id === undefined ? null : { kind: 'answer', id: frame.id, item, data };
}

interface Frame {
  type: string;
  id?: number;
  error?: boolean;
  code?: string;
  message?: string;
  params?: { item?: unknown; data?: unknown; isBroadcast?: boolean };
}
