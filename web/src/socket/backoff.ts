// How long to wait before the next attempt to connect.

const FIRST = 500;
const LONGEST = 30_000;

/** Milliseconds before attempt `failures` + 1: doubled, and jittered so that clients do not return at once. */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
