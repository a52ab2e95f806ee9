import { COMPONENT_STATUSES, type ComponentStatus } from '../../domain/status.ts';
import type { DayCell } from '../../domain/uptime.ts';
import type { PageSnapshot, SnapshotComponent } from '../../snapshot/schema.ts';
import { closedDaysPrinter, currentDay, type PrintDays } from './uptime-days.ts';

export interface UptimeDay {
  date: string;
  /** 0 to 100; null when no time of that day counts. */
  percent: number | null;
  /** Whole seconds; only of what was shown. */
  seconds: Partial<Record<ComponentStatus, number>>;
}

export interface UptimeDocument {
  rule: string;
  components: {
    id: string;
    name: string;
    percent: SnapshotComponent['percent'];
    days: UptimeDay[];
  }[];
}

const WORST_FIRST = COMPONENT_STATUSES.toReversed();

/** GET `/api/v1/uptime` (contract, sections 4 and 7): every component, all days, oldest first. */
export function uptimeDocument(snapshot: PageSnapshot): UptimeDocument {
  return JSON.parse([...uptimeJson(snapshot)].join('')) as UptimeDocument;
}

/** Each day with a comma before it. */
const jsonOf: PrintDays = (cells) => cells.map((cell) => `,${JSON.stringify(dayOf(cell))}`).join('');
const closedDays = closedDaysPrinter(jsonOf);

/**
 * The same as text, a piece per component. Joined from pieces that are JSON each, since serializing a thousand components
 * anew takes longer than all the rest of a publish.
 */
export function* uptimeJson(snapshot: PageSnapshot): Generator<string> {
  const closedOf = closedDays(snapshot.days);
  yield `{"rule":${JSON.stringify(ruleOf(snapshot))},"components":[`;
  let comma = '';
  for (const component of snapshot.components) {
    const { id, name, percent } = component;
    const days = closedOf(component) + jsonOf(currentDay(snapshot.days, component));
    yield `${comma}${JSON.stringify({ id, name, percent }).slice(0, -1)},"days":[${days.slice(1)}]}`;
    comma = ',';
  }
  yield ']}\n';
}

/** The rule of uptime in words, for those who read the numbers (contract, section 7). */
function ruleOf({ page }: PageSnapshot): string {
  return (
    `Each day is a calendar day in ${page.timezone}; the last one is not over and counts so far. ` +
    'Uptime is the share of time that was not lost: of a major_outage all time is lost, of a partial_outage 30 %, ' +
    'of degraded_performance and under_maintenance none. Time before a component existed does not count. ' +
    'Percentages are cut off after three decimals and stand for the last 1, 7, 30 and 90 days.'
  );
}

function dayOf({ date, percent, shown }: DayCell): UptimeDay {
  return { date, percent, seconds: secondsOf(shown) };
}

/**
 * Whole seconds per status in the order of severity. Rounded as a running sum, worst first, so that together they are
 * the length of the day.
 */
export function secondsOf(shown: Record<ComponentStatus, number>): Partial<Record<ComponentStatus, number>> {
  const seconds: [ComponentStatus, number][] = [];
  let before = 0;
  for (const status of WORST_FIRST) {
    const sum = before + shown[status];
    const whole = Math.round(sum / 1000) - Math.round(before / 1000);
    if (whole > 0) seconds.push([status, whole]);
    before = sum;
  }
  return Object.fromEntries(seconds.reverse());
}
