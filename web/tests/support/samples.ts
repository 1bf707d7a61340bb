// The frames that the server's tests send and get, as they were recorded.
import { readFileSync } from 'node:fs';
import type { Hello } from '../../src/protocol/socket';

export interface Sample {
  name: string;
  sockets: string[];
  frame: {
    type: string;
    success?: boolean;
    error?: boolean;
    params?: { item: unknown; isBroadcast?: boolean };
  };
}

export function read<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../tests/samples/${name}.json`, import.meta.url), 'utf8'),
  ) as T;
}

/** Those of the subprotocol `hearth`; of the reference's; `connect` stands for an attempt to connect. */
export const samples = (name: 'hearth' | 'frames') =>
  read<Sample[]>(name).filter(({ frame }) => typeof frame === 'object');

export const { bounds } = samples('hearth').find(({ frame }) => frame.type === 'hello')!.frame.params!
  .item as Hello;
