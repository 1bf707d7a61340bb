// How long a chat can be muted. Pure.

export type MuteFor = 'hour' | 'hours' | 'morning' | 'always';

const HOUR = 3_600_000;
/** Earlier hours belong to the night before. */
const NIGHT_ENDS = 4;
const MORNING = 8;

/** When a mute that starts now ends. */
export function muteUntil(length: MuteFor, now: Date): string {
  if (length === 'always') return '9999-12-31T00:00:00.000Z';
  if (length === 'hour') return new Date(now.getTime() + HOUR).toISOString();
  if (length === 'hours') return new Date(now.getTime() + 8 * HOUR).toISOString();
  const day = now.getDate() + (now.getHours() < NIGHT_ENDS ? 0 : 1);
  return new Date(now.getFullYear(), now.getMonth(), day, MORNING).toISOString();
}

/** Whether a mute is meant to last forever. */
export function isForever(until: string): boolean {
  return new Date(until).getUTCFullYear() >= 9000;
}
