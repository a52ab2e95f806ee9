/**
 * Moments in words as `moments.ts` has them, and what besides these only the server says: days and months. Day dates are
 * `yyyy-mm-dd`, months `yyyy-mm`.
 */
import {
  DATE_LONG,
  DATE_SHORT,
  DAY_LONG,
  DAY_SHORT,
  formatsFor,
  type Moments,
  momentsFor,
} from './moments.ts';

/** So many pairs of language and zone keep their formatters, which weigh some 100 KB together. */
const KEPT = 64;

type Options = Intl.DateTimeFormatOptions;
const DATE: Options = { year: 'numeric', month: '2-digit', day: '2-digit' };
const MONTH: Options = { month: 'long', year: 'numeric' };

/** The words for moments, days and months in one language and one time zone. */
export interface Dates extends Moments {
  /** `11 November`, with the year when it is not that of `reference`. */
  day(at: number, reference: number): string;
  /** The day date of a moment. */
  dateOf(at: number): string;
  /** The month of a moment. */
  monthOf(at: number): string;
  /** `22 Nov` for one day date, `12–22 Nov` for two. */
  dates(first: string, last?: string): string;
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
  const formatOf = formatsFor(language, zone);
  const dateOf = (at: number) => formatOf(DATE, zone, 'sv-SE').format(at);
  const ofDate = (date: string, options: Options) => formatOf(options, 'UTC').format(Date.parse(date));

  return {
    ...momentsFor(language, formatOf),
    day: (at, reference) => {
      const isThisYear = dateOf(at).slice(0, 4) === dateOf(reference).slice(0, 4);
      return formatOf(isThisYear ? DAY_LONG : DATE_LONG).format(at);
    },
    dateOf,
    monthOf: (at) => dateOf(at).slice(0, 7),
    dates: (first, last = first) => {
      if (first === last) return ofDate(first, DAY_SHORT);
      const text = formatOf(DAY_SHORT, 'UTC').formatRange(Date.parse(first), Date.parse(last));
      // ICU sets thin spaces around the dash; between two numbers there are none in print.
      return text
        .replace(/(\d)\s*–\s*(\d+\D+)$/, first.slice(0, 7) === last.slice(0, 7) ? '$1–$2' : '$1 – $2')
        .replaceAll('\u2009', ' ');
    },
    dateWithYear: (date) => ofDate(date, DATE_SHORT),
    month: (month) => ofDate(`${month}-01`, MONTH),
    monthName: (month) => ofDate(`${month}-01`, { month: 'long' }),
  };
}
