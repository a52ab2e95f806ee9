/** Uptime by calendar days (contract, section 7). Times and lengths are milliseconds. */
import { COMPONENT_STATUSES, type ComponentStatus } from './status.ts';
import type { Change } from './timeline.ts';

/** A calendar day in the page's time zone and how long it lasted, or lasted so far. */
export interface DayLength {
  /** `yyyy-mm-dd` */
  date: string;
  start: number;
  /** Milliseconds. */
  length: number;
}

/** What one component showed on one day: milliseconds in each status. Their sum is the time that counts. */
export interface DayRecord {
  date: string;
  shown: Record<ComponentStatus, number>;
}

/** A day as it is printed: with the time that counts, and its share of uptime, null where no time counts. */
export interface DayCell extends DayRecord {
  counted: number;
  percent: number | null;
}

/** Uptime lost per status, in tenths: a partial outage counts 30 %, a major outage 100 % (contract, section 7). */
export const LOST_TENTHS = { partial_outage: 3, major_outage: 10 } as const;

/**
 * What a component showed on the day `[start, end)`, from the change points of `shownTimeline`; before the first of them
 * it was operational. Time before `since`, when the component did not exist, does not count.
 */
export function dayRecord(
  date: string,
  start: number,
  end: number,
  changes: readonly Change[],
  since: number,
): DayRecord {
  const shown = nothingShown();
  let at = Math.max(start, since);
  let next = firstAfter(changes, at);
  while (at < end) {
    const until = Math.min(end, changes[next]?.at ?? end);
    shown[changes[next - 1]?.status ?? 'operational'] += until - at;
    at = until;
    next++;
  }
  return { date, shown };
}

/** The records of those days that need one: on the others the component was operational for all that counts. */
export function recordsOf(
  changes: readonly Change[],
  days: readonly DayLength[],
  since: number,
): DayRecord[] {
  return days
    .map(({ date, start, length }) => dayRecord(date, start, start + length, changes, since))
    .filter((record) => !isTrivial(record));
}

/** True of a day on which nothing but operational was shown: it is not stored. */
export function isTrivial(record: DayRecord): boolean {
  return COMPONENT_STATUSES.every((status) => status === 'operational' || record.shown[status] === 0);
}

/**
 * Share of uptime, 0 to 100, of the last `lastN` of `days` (oldest first), null when no time counts. `records` is sparse:
 * a day that it does not list was operational for its whole counted time. Three decimals, rounded down, so that only
 * the absence of trouble reads 100.
 */
export function uptimePercent(
  days: readonly DayLength[],
  records: readonly DayRecord[],
  since: number,
  lastN: number,
): number | null {
  const byDate = new Map(records.map((record) => [record.date, record]));
  let counted = 0;
  let lostTenths = 0;
  for (const day of days.slice(Math.max(0, days.length - lastN))) {
    const record = byDate.get(day.date);
    counted += record === undefined ? countedOf(day, since) : sumOf(record);
    if (record !== undefined) lostTenths += lostTenthsOf(record);
  }
  return share(counted, lostTenths);
}

/** All `days` as they are printed, from sparse `records`. */
export function cellsOf(days: readonly DayLength[], records: readonly DayRecord[], since: number): DayCell[] {
  const byDate = new Map(records.map((record) => [record.date, record]));
  return days.map((day) => {
    const record = byDate.get(day.date);
    const shown = record?.shown ?? { ...nothingShown(), operational: countedOf(day, since) };
    const counted = record === undefined ? shown.operational : sumOf(record);
    return { date: day.date, counted, shown, percent: share(counted, record ? lostTenthsOf(record) : 0) };
  });
}

function nothingShown(): Record<ComponentStatus, number> {
  return {
    operational: 0,
    under_maintenance: 0,
    degraded_performance: 0,
    partial_outage: 0,
    major_outage: 0,
  };
}

function countedOf(day: DayLength, since: number): number {
  return Math.max(0, day.start + day.length - Math.max(day.start, since));
}

function sumOf({ shown }: DayRecord): number {
  return COMPONENT_STATUSES.reduce((sum, status) => sum + shown[status], 0);
}

export function lostTenthsOf({ shown }: Pick<DayRecord, 'shown'>): number {
  return shown.partial_outage * LOST_TENTHS.partial_outage + shown.major_outage * LOST_TENTHS.major_outage;
}

/**
 * The share of uptime of some time, 0 to 100, null when none counts: three decimals, cut off. Whole numbers to the last
 * division: no rounding error lifts a bad day to 100.
 */
export function share(counted: number, lostTenths: number): number | null {
  if (counted <= 0) return null;
  if (lostTenths === 0) return 100;
  const thousandths = Math.floor(((counted * 10 - lostTenths) * 10_000) / counted);
  return Math.max(0, Math.min(thousandths, 99_999)) / 1000;
}

/** Index of the first change later than `at`. */
function firstAfter(changes: readonly Change[], at: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (changes[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
