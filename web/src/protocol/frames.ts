// The envelope around requests, answers, refusals and broadcasts, and what a text from the socket turns out to be.
import type { Broadcast } from './broadcasts';

export type Incoming =
  | { kind: 'answer'; id: number; item: unknown; data: unknown }
  | { kind: 'refusal'; id: number | undefined; code: string; message: string }
  | { kind: 'broadcast'; broadcast: Broadcast };

/** The text of a request. */
export function encode(type: string, id: number, params: object): string {
  return JSON.stringify({ type, id, params });
}

/** Null for what is no frame of the protocol. The server is trusted with the shape of items, not with JSON. */
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
