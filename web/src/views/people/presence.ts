// Whether somebody is there, in words. Pure.
import type { Presence } from '../../protocol/rows';
import type { Dates } from '../../strings/dates';
import type { Strings } from '../../strings/dictionary';

/** Nothing if it is not known. */
export function presenceText(there: Presence | undefined, words: { strings: Strings; dates: Dates }): string {
  const texts = words.strings.conversation;
  if (there?.online) return texts.online;
  return there?.lastSeenAt ? texts.lastSeen(words.dates.short(new Date(there.lastSeenAt))) : '';
}
