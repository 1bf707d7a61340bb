// Presence in words. Pure.
import type { PresenceRow } from '../../protocol/socket';
import type { Dates } from '../../strings/dates';
import type { Strings } from '../../strings/dictionary';

/** Empty if unknown. */
export function presenceText(
  there: PresenceRow | undefined,
  words: { strings: Strings; dates: Dates },
): string {
  const texts = words.strings.conversation;
  if (there?.online) return texts.online;
  return there?.lastSeenAt ? texts.lastSeen(words.dates.short(new Date(there.lastSeenAt))) : '';
}
