/**
 * Moments in words, as a page prints them and its script tells them again in the visitor's zone. All moments are
 * milliseconds since the epoch. Nothing here looks at a clock: "the same day" is always the
 * same day as a moment that is handed in. What only the server says stands in `dates.ts`: this goes out with every page.
 */

type Options = Intl.DateTimeFormatOptions;
const TIME: Options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const YEAR: Options = { year: 'numeric' };
export const DAY_SHORT: Options = { day: 'numeric', month: 'short' };
export const DAY_LONG: Options = { day: 'numeric', month: 'long' };
export const DATE_SHORT: Options = { ...DAY_SHORT, ...YEAR };
export const DATE_LONG: Options = { ...DAY_LONG, ...YEAR };

/** The words for moments in one language and one time zone. */
export interface Moments {
  /** `14:05 UTC` */
  time(at: number): string;
  /** `14:05:09 UTC` */
  clock(at: number): string;
  /** `14:05 UTC` on the day of `reference`, else `22 Nov, 14:05 UTC`; in another year `22 Nov 2025, 14:05 UTC`. */
  moment(at: number, reference: number): string;
  /** `23 November 2026, 14:05 UTC` */
  fullMoment(at: number): string;
  /** `22 Nov, 14:05 UTC`; `22 Nov 2025, 14:05 UTC` when that is not the year of `reference`. */
  dated(at: number, reference: number): string;
  /** `06:00–08:00 UTC`, or with both dates when the two are on different days. */
  range(start: number, end: number, reference: number): string;
  /** `28 November 2026, 06:00–08:00 UTC` */
  fullRange(start: number, end: number): string;
  /** `23 Nov 2026` */
  shortDay(at: number): string;
  /** `Nov` */
  shortMonth(at: number): string;
  /** `28` */
  dayOfMonth(at: number): string;
  /** `Sat 21 Nov` for a moment of that day in UTC. */
  weekday(at: number): string;
}

/** Hands out a formatter; without a zone or a language of its own it is that of the page. */
export type FormatOf = (options: Options, zone?: string, locale?: string) => Intl.DateTimeFormat;

/**
 * The formatters of a language (BCP 47), each made once: they are dear. `zone` is an IANA name; without one it is the
 * machine's. Throws a RangeError for an unknown zone.
 */
export function formatsFor(language: string, zone?: string): FormatOf {
  // English is written as in Britain: day before month, 24 hours.
  const own = language === 'en' ? 'en-GB' : language;
  const made = new Map<string, Intl.DateTimeFormat>();
  return (options, timeZone = zone, locale = own) => {
    const key = JSON.stringify([locale, timeZone, options]);
    const format = made.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
    made.set(key, format);
    return format;
  };
}

/** The words for moments in a language (BCP 47), told by its formatters. */
export function momentsFor(language: string, formatOf: FormatOf): Moments {
  const comma = language === 'ar' ? '، ' : ', ';
  const told = (at: number, options: Options) => formatOf(options).format(at);
  const zoneIn = (at: number, locale?: string) =>
    formatOf({ hour: 'numeric', timeZoneName: 'short' }, undefined, locale)
      .formatToParts(at)
      .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
  /** `CET`, `EST`: some languages know a zone only by its offset where American English has a name for it. */
  const zoneName = (at: number) => {
    // Arabic spells a zone out, which in a line of figures nobody looks for.
    const own = zoneIn(at, language === 'ar' ? 'en-GB' : undefined);
    const name = isOffset(own) ? zoneIn(at, 'en-US') : own;
    return isOffset(name) ? own : name;
  };
  const year = (at: number) => told(at, YEAR);
  const hour = (at: number) => told(at, TIME);
  const time = (at: number) => `${hour(at)} ${zoneName(at)}`;
  const shortDay = (at: number) => told(at, DATE_SHORT);
  const longDay = (at: number) => told(at, DATE_LONG) + comma;
  const fullMoment = (at: number) => longDay(at) + time(at);
  const nearDay = (at: number, reference: number) =>
    (year(at) === year(reference) ? told(at, DAY_SHORT) : shortDay(at)) + comma;
  const dated = (at: number, reference: number) => nearDay(at, reference) + time(at);
  const isOneDay = (one: number, other: number) => shortDay(one) === shortDay(other);
  const hours = (start: number, end: number) => `${hour(start)}–${time(end)}`;

  return {
    time,
    clock: (at) => `${told(at, { ...TIME, second: '2-digit' })} ${zoneName(at)}`,
    moment: (at, reference) => (isOneDay(at, reference) ? time(at) : dated(at, reference)),
    dated,
    fullMoment,
    range: (start, end, reference) =>
      isOneDay(start, end)
        ? hours(start, end)
        : `${nearDay(start, reference)}${hour(start)} – ${dated(end, reference)}`,
    fullRange: (start, end) =>
      isOneDay(start, end) ? longDay(start) + hours(start, end) : `${fullMoment(start)} – ${fullMoment(end)}`,
    shortDay,
    shortMonth: (at) => told(at, { month: 'short' }),
    dayOfMonth: (at) => told(at, { day: 'numeric' }),
    weekday: (at) => formatOf({ weekday: 'short', ...DAY_SHORT }, 'UTC').format(at),
  };
}

function isOffset(name: string): boolean {
  return /^(GMT|UTC)[+\u2212-]/.test(name);
}
