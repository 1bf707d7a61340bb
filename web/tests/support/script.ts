// A server that follows a script: each request is answered by the next line, which must be for its type.
import { expect } from 'vitest';
import type { Hello } from '../../src/protocol/socket';
import type { Ask, Line } from '../../src/state/line.svelte';
import { bounds } from './samples';

type Scripted = Pick<Line, 'ask' | 'insist' | 'bounds' | 'opened'>;
type Step = { type: string; params?: object; item?: unknown; data?: unknown; fails?: Error };

export function script(steps: Step[]): {
  line: Scripted;
  ask: Ask;
  asked: { type: string; params: object }[];
  done(): void;
} {
  const asked: { type: string; params: object }[] = [];
  const ask = (async (type: string, params: object) => {
    asked.push({ type, params });
    const step = steps[asked.length - 1];
    expect(step, `an answer to ${type} ${JSON.stringify(params)}`).toBeDefined();
    expect(type).toBe(step!.type);
    if (step!.params) expect(params).toMatchObject(step!.params);
    if (step!.fails) throw step!.fails;
    return { item: step!.item ?? null, data: step!.data ?? null };
  }) as unknown as Ask;
  const line = { ask, insist: ask, bounds, opened: async () => ({ bounds }) as Hello };
  return { line, ask, asked, done: () => expect(asked).toHaveLength(steps.length) };
}
