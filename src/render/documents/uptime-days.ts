import { cellsOf, type DayCell, type DayLength, type DayRecord } from '../../domain/uptime.ts';
import type { SnapshotComponent } from '../../snapshot/schema.ts';
import { once } from '../once.ts';

/** A component as far as its uptime goes. */
export type UptimeComponent = Pick<SnapshotComponent, 'id' | 'name' | 'days' | 'since'>;

/** Prints days so that the prints of parts, one after the other, are the print of the whole. */
export type PrintDays = (cells: DayCell[]) => string;

/** Days on which all was well, by how many of the closed days began before the component existed. */
interface QuietPrints {
  before: Map<number, string>;
  after: Map<number, string>;
}

/** Pages of one time zone share a range. */
const MAX_RANGES = 30;

/**
 * Prints the closed days of components (all but the last of `days`) and keeps what it printed: for a thousand components
 * they are megabytes of text that change once a day. What is printed follows from the days, `since` and the records:
 *
 * 1. Records are known by the identity of their array, which a snapshot keeps while they are unchanged, and their print
 *    is dropped with them.
 * 2. Components without a record share the prints of whole days, whatever their age.
 */
export function closedDaysPrinter(print: PrintDays) {
  const kept = new WeakMap<readonly DayRecord[], { since: number; range: string; printed: string }>();
  const ranges = new Map<string, QuietPrints>();

  return (days: readonly DayLength[]): ((component: UptimeComponent) => string) => {
    const closed = days.slice(0, -1);
    const range = closed.map((day) => `${day.start}+${day.length}`).join();
    if (ranges.size >= MAX_RANGES) ranges.clear();
    const quiet = once(ranges, range, () => ({ before: new Map(), after: new Map() }));
    return ({ days: records, since }) => {
      if (records.length === 0) return printQuiet(closed, since, quiet, print);
      const known = kept.get(records);
      if (known?.since === since && known.range === range) return known.printed;
      const printed = print(cellsOf(closed, records, since));
      kept.set(records, { since, range, printed });
      return printed;
    };
  };
}

/** The day that is not over, the last of `days`; none when there are no days at all. */
export function currentDay(days: readonly DayLength[], { days: records, since }: UptimeComponent): DayCell[] {
  return cellsOf(days.slice(-1), records, since);
}

function printQuiet(
  closed: readonly DayLength[],
  since: number,
  quiet: QuietPrints,
  print: PrintDays,
): string {
  let begun = 0;
  while (begun < closed.length && closed[begun]!.start < since) begun++;
  const part = (from: number, to?: number) => print(cellsOf(closed.slice(from, to), [], since));
  const after = once(quiet.after, begun, () => part(begun));
  if (begun === 0) return after;
  return once(quiet.before, begun, () => part(0, begun - 1)) + part(begun - 1, begun) + after;
}
