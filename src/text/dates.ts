/**
 * Moments in words, in the time zone of a page. All moments are milliseconds since the epoch, all day dates
 * `yyyy-mm-dd`, all months `yyyy-mm`. Nothing here looks at a clock: "the same day" is always the same day as a moment
 * that is handed in.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** So many pairs of language and zone keep their formatters, which weigh some 100 KB together. */
const KEPT = 64;

type Options = Intl.DateTimeFormatOptions;
const TIME: Options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const CLOCK: Options = { ...TIME, second: '2-digit' };
const DATE: Options = { year: 'numeric', month: '2-digit', day: '2-digit' };
const DAY_SHORT: Options = { day: 'numeric', month: 'short' };
const DAY_LONG: Options = { day: 'numeric', month: 'long' };
const MONTH: Options = { month: 'long', year: 'numeric' };
const YEAR: Options = { year: 'numeric' };

/** The words for moments in one language and one time zone. */
export interface Dates {
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
  /** `11 November`, with the year when it is not that of `reference`. */
  day(at: number, reference: number): string;
  /** `23 Nov 2026` */
  shortDay(at: number): string;
  /** `Nov` */
  shortMonth(at: number): string;
  /** `28` */
  dayOfMonth(at: number): string;
  /** The day date of a moment. */
  dateOf(at: number): string;
  /** The month of a moment. */
  monthOf(at: number): string;
  /** `22 Nov` for one day date, `12–22 Nov` for two. */
  dates(first: string, last?: string): string;
  /** `Sat 21 Nov` for a day date. */
  weekday(date: string): string;
  /** `22 Nov 2026` for a day date. */
  dateWithYear(date: string): string;
  /** `November 2026` for a month. */
  month(month: string): string;
  /** `November` for a month. */
  monthName(month: string): string;
}

const cache = new Map<string, Dates>();

/** The words for moments in a language (BCP 47) and a time zone (IANA). Throws a RangeError for an unknown zone. */
export function datesFor(language: string, zone: string): Dates {
  const key = `${language} ${zone}`;
  let dates = cache.get(key);
  if (!dates) {
    dates = makeDates(language, zone);
    if (cache.size >= KEPT) cache.delete(cache.keys().next().value!);
    cache.set(key, dates);
  }
  return dates;
}

function makeDates(language: string, zone: string): Dates {
  // English is written as in Britain: day before month, 24 hours.
  const locale = language === 'en' ? 'en-GB' : language;
  const comma = language === 'ar' ? '، ' : ', ';
  const made = new Map<string, Intl.DateTimeFormat>();
  const formatter = (options: Options, timeZone: string, tag = locale): Intl.DateTimeFormat => {
    const key = `${tag} ${timeZone} ${JSON.stringify(options)}`;
    let format = made.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(tag, { ...options, timeZone });
      made.set(key, format);
    }
    return format;
  };
  const inZone = (at: number, options: Options) => formatter(options, zone).format(at);
  const zoneIn = (tag: string, at: number) =>
    formatter({ hour: 'numeric', timeZoneName: 'short' }, zone, tag)
      .formatToParts(at)
      .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
  /** `CET`, `EST`: some languages know a zone only by its offset where American English has a name for it. */
  const zoneName = (at: number) => {
    // Arabic spells a zone out, which in a line of figures nobody looks for.
    const own = zoneIn(language === 'ar' ? 'en-GB' : locale, at);
    return /^(GMT|UTC)[+\u2212-]/.test(own) ? nameOr(own, zoneIn('en-US', at)) : own;
  };
  const dateOf = (at: number) => formatter(DATE, zone, 'sv-SE').format(at);
  const year = (at: number) => inZone(at, YEAR);
  const time = (at: number) => `${inZone(at, TIME)} ${zoneName(at)}`;
  const shortDay = (at: number) => inZone(at, { ...DAY_SHORT, ...YEAR });
  const fullMoment = (at: number) => `${inZone(at, { ...DAY_LONG, ...YEAR })}${comma}${time(at)}`;
  const nearDay = (at: number, reference: number) =>
    year(at) === year(reference) ? inZone(at, DAY_SHORT) : shortDay(at);
  const dated = (at: number, reference: number) => `${nearDay(at, reference)}${comma}${time(at)}`;
  const ofDate = (date: string, options: Options) => formatter(options, 'UTC').format(Date.parse(date));

  return {
    time,
    clock: (at) => `${inZone(at, CLOCK)} ${zoneName(at)}`,
    moment: (at, reference) => (dateOf(at) === dateOf(reference) ? time(at) : dated(at, reference)),
    dated,
    fullMoment,
    range: (start, end, reference) => {
      if (dateOf(start) === dateOf(end)) return `${inZone(start, TIME)}–${time(end)}`;
      return `${nearDay(start, reference)}${comma}${inZone(start, TIME)} – ${dated(end, reference)}`;
    },
    fullRange: (start, end) => {
      if (dateOf(start) !== dateOf(end)) return `${fullMoment(start)} – ${fullMoment(end)}`;
      return `${inZone(start, { ...DAY_LONG, ...YEAR })}${comma}${inZone(start, TIME)}–${time(end)}`;
    },
    day: (at, reference) => inZone(at, year(at) === year(reference) ? DAY_LONG : { ...DAY_LONG, ...YEAR }),
    shortDay,
    shortMonth: (at) => inZone(at, { month: 'short' }),
    dayOfMonth: (at) => inZone(at, { day: 'numeric' }),
    dateOf,
    monthOf: (at) => dateOf(at).slice(0, 7),
    dates: (first, last = first) => {
      if (first === last) return ofDate(first, DAY_SHORT);
      const text = formatter(DAY_SHORT, 'UTC').formatRange(Date.parse(first), Date.parse(last));
      // ICU sets thin spaces around the dash; between two numbers there are none in print.
      return text
        .replace(/(\d)\s*–\s*(\d+\D+)$/, first.slice(0, 7) === last.slice(0, 7) ? '$1–$2' : '$1 – $2')
        .replaceAll('\u2009', ' ');
    },
    weekday: (date) => ofDate(date, { weekday: 'short', ...DAY_SHORT }),
    dateWithYear: (date) => ofDate(date, { ...DAY_SHORT, ...YEAR }),
    month: (month) => ofDate(`${month}-01`, MONTH),
    monthName: (month) => ofDate(`${month}-01`, { month: 'long' }),
  };
}

function nameOr(offset: string, name: string): string {
  return /^(GMT|UTC)[+\u2212-]/.test(name) ? offset : name;
}

/**
 * A length of time in words, by its two largest units, cut off: `31 minutes`, `2 hours 5 minutes`, `3 days 4 hours`.
 * Takes milliseconds; what is shorter than a minute is told in seconds.
 */
export function duration(milliseconds: number, language: string): string {
  const days = Math.floor(milliseconds / DAY);
  const hours = Math.floor((milliseconds % DAY) / HOUR);
  const minutes = Math.floor((milliseconds % HOUR) / MINUTE);
  if (days > 0) return join(language, [days, 'day'], [hours, 'hour']);
  if (hours > 0) return join(language, [hours, 'hour'], [minutes, 'minute']);
  if (minutes > 0) return join(language, [minutes, 'minute']);
  return amount(Math.max(0, Math.floor(milliseconds / SECOND)), 'second', language);
}

function join(language: string, ...parts: [count: number, unit: string][]): string {
  const told = parts.filter(([count], index) => index === 0 || count > 0);
  const words = told.map(([count, unit]) => amount(count, unit, language));
  return new Intl.ListFormat(language, { type: 'unit', style: 'narrow' }).format(words);
}

const units = new Map<string, Intl.NumberFormat>();

function amount(count: number, unit: string, language: string): string {
  const key = `${language} ${unit}`;
  let format = units.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
    units.set(key, format);
  }
  return format.format(count);
}
