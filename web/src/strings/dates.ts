// Days and times in the reader's locale.

const DAY = 86_400_000;

export interface Dates {
  /** 14:05 */
  time(at: Date): string;
  /** Of a chat's newest message: a time today, a weekday this week, else a date. */
  short(at: Date): string;
  /** Of something to come: a time today, else with its weekday. */
  soon(at: Date): string;
  /** Of a divider: today, yesterday, or the date in full. */
  day(at: Date): string;
  /** All of it, for a title. */
  full(at: Date): string;
}

/** `today`: some moment of the day on which the texts are read. */
export function dates(locale: string, today: () => Date): Dates {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  // 9:25 PM, but 09:25.
  const hour = format({ hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit';
  const time = format({ hour, minute: '2-digit' });
  const weekday = format({ weekday: 'short' });
  const weekdayAndTime = format({ weekday: 'short', hour, minute: '2-digit' });
  const date = format({ day: 'numeric', month: 'short' });
  const dateAndYear = format({ day: '2-digit', month: '2-digit', year: '2-digit' });
  const day = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const dayAndYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const full = format({ dateStyle: 'full', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

  return {
    time: (at) => time.format(at),
    short(at) {
      const now = today();
      const ago = daysBetween(at, now);
      if (ago <= 0) return time.format(at);
      if (ago < 7) return weekday.format(at);
      return sameYear(at, now) ? date.format(at) : dateAndYear.format(at);
    },
    soon: (at) => (daysBetween(today(), at) === 0 ? time : weekdayAndTime).format(at),
    day(at) {
      const now = today();
      const ago = daysBetween(at, now);
      if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'), locale);
      return sameYear(at, now) ? capital(day.format(at), locale) : dayAndYear.format(at);
    },
    full: (at) => full.format(at),
  };
}

/** Calendar days, not spans of 24 hours. */
function daysBetween(from: Date, to: Date): number {
  return Math.round((midnight(to) - midnight(from)) / DAY);
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

function sameYear(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear();
}

function capital(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
