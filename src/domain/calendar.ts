/**
 * Calendar days and months in a page's time zone (contract, section 7: an uptime cell is a calendar day there).
 *
 * 1. A day lasts from its first moment to the first moment of the next one: the days of a zone are contiguous and cover
 *    all time, also where the clock repeats some minutes of the evening before.
 * 2. A date that a zone skipped starts where the next one does, and lasts 0 ms.
 * 3. A conversion costs microseconds, so borders are kept per zone, in maps that can't grow without end.
 */
import { Temporal } from 'temporal-polyfill';
import type { DayLength } from './uptime.ts';

const DAY_MS = 86_400_000;
const MAX_ZONES = 700;
const MAX_ENTRIES_PER_ZONE = 2_000;

/** The dates that one UTC day touches: `dates[i]` runs from `starts[i]` on. */
interface Slice {
  starts: number[];
  dates: string[];
}

interface ZoneCache {
  /** By number of the UTC day. */
  slices: Map<number, Slice>;
  /** First moments, by date. */
  borders: Map<string, number>;
}

const zones = new Map<string, ZoneCache>();

/** True of the IANA name of a time zone that this machine knows; a bare offset is not one. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9._+/-]*$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The calendar day, `yyyy-mm-dd`, of a moment (ms since the epoch). Throws RangeError on an unknown zone. */
export function dayOf(at: number, zone: string): string {
  const { slices } = cacheOf(zone);
  const utcDay = Math.floor(at / DAY_MS);
  const slice = slices.get(utcDay) ?? keep(slices, utcDay, sliceOf(utcDay * DAY_MS, zone));
  let i = slice.starts.length - 1;
  while (i > 0 && slice.starts[i]! > at) i--;
  return slice.dates[i]!;
}

/** The calendar month, `yyyy-mm`, of a moment (ms since the epoch). */
export function monthOf(at: number, zone: string): string {
  return dayOf(at, zone).slice(0, 7);
}

/** The first moment (ms since the epoch) of a day `yyyy-mm-dd`: midnight, or what follows where there is none. */
export function dayStart(date: string, zone: string): number {
  const { borders } = cacheOf(zone);
  const known = borders.get(date);
  if (known !== undefined) return known;
  return keep(borders, date, Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds);
}

/** The date `yyyy-mm-dd` so many days later, or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The month `yyyy-mm` so many months later, or earlier. */
export function addMonths(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  const year = Math.floor(count / 12);
  return `${String(year).padStart(4, '0')}-${String(count - year * 12 + 1).padStart(2, '0')}`;
}

/**
 * The last `count` days up to `now`, oldest first (contract, section 7). The last one is the day of `now` with its
 * length so far, 0 at its first moment. A date that the zone skipped is not a day.
 */
export function lastDays(now: number, zone: string, count: number): DayLength[] {
  const days: DayLength[] = [];
  let date = dayOf(now, zone);
  let end = now;
  while (days.length < count) {
    const start = dayStart(date, zone);
    if (days.length === 0 || end > start) days.push({ date, start, length: end - start });
    end = start;
    date = addDays(date, -1);
  }
  return days.reverse();
}

/** First moment of a month `yyyy-mm` and of the one after it (ms since the epoch). */
export function monthRange(month: string, zone: string): { start: number; end: number } {
  return { start: dayStart(`${month}-01`, zone), end: dayStart(`${addMonths(month, 1)}-01`, zone) };
}

function sliceOf(from: number, zone: string): Slice {
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate().toString();
  const slice: Slice = { starts: [from], dates: [date] };
  for (;;) {
    date = addDays(date, 1);
    const start = dayStart(date, zone);
    if (start >= from + DAY_MS) return slice;
    // A skipped date gives way to the one after it, and a clock put back over midnight leaves the first day behind.
    const last = slice.starts.length - 1;
    if (start <= slice.starts[last]!) slice.dates[last] = date;
    else {
      slice.starts.push(start);
      slice.dates.push(date);
    }
  }
}

function cacheOf(zone: string): ZoneCache {
  let cache = zones.get(zone);
  if (cache === undefined) {
    if (!isTimeZone(zone)) throw new RangeError(`Unknown time zone: ${zone}`);
    if (zones.size >= MAX_ZONES) zones.clear();
    cache = { slices: new Map(), borders: new Map() };
    zones.set(zone, cache);
  }
  return cache;
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): V {
  if (map.size >= MAX_ENTRIES_PER_ZONE) map.clear();
  map.set(key, value);
  return value;
}
