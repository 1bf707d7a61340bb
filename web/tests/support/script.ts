// A server that follows a script: each request is answered by the next line, which must be for its type.
import { expect } from 'vitest';
import type { Ask } from '../../src/state/line.svelte';

type Line = { type: string; params?: object; item?: unknown; data?: unknown; fails?: Error };

export function script(lines: Line[]): { ask: Ask; asked: { type: string; params: object }[]; done(): void } {
  const asked: { type: string; params: object }[] = [];
  const ask = (async (type: string, params: object) => {
    asked.push({ type, params });
    const line = lines[asked.length - 1];
    expect(line, `an answer to ${type} ${JSON.stringify(params)}`).toBeDefined();
    expect(type).toBe(line!.type);
    if (line!.params) expect(params).toMatchObject(line!.params);
    if (line!.fails) throw line!.fails;
    return { item: line!.item ?? null, data: line!.data ?? null };
  }) as unknown as Ask;
  return { ask, asked, done: () => expect(asked).toHaveLength(lines.length) };
}
