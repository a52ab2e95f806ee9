/**
 * The uptime bar of one component: a cell for each of the last 90 days in one small SVG.
 *
 * A cell is four units wide, the last of them the gap. Pale cells are one dashed line; a day with trouble is a stroke that
 * rises from the bottom, one path per status. So a bar costs some hundred bytes, however many days it has.
 */
import { COMPONENT_STATUSES, type ComponentStatus } from '../../domain/status.ts';
import type { DayLength, DayRecord } from '../../domain/uptime.ts';
import type { SnapshotComponent } from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { formatPercent } from '../../text/percent.ts';
import { once } from '../once.ts';
import { BAR_LETTERS } from './bar-letters.ts';
import type { ViewContext } from './context.ts';

const CELL = 4;
const HEIGHT = 22;
/** A quarter of the height: five minutes must be seen. */
const LOWEST = 6;

const MINUTE = 60_000;
/** Worst first. */
const BAD_STATUSES = ['major_outage', 'partial_outage', 'degraded_performance', 'under_maintenance'] as const;

interface Bar {
  paths: string;
  /** What the script tells of days. */
  data: string;
  bad: { status: ComponentStatus; dates: string[] }[];
  /** The bad days in words, by language, worst status first. */
  said: Map<string, string>;
}

/** What was drawn of a component's days, for as long as snapshots hand on the same array of them. */
const drawn = new WeakMap<readonly DayRecord[], Bar & { key: string }>();

/** The bar with its text alternative, which says the percentage and the bad days. */
export function uptimeBarHtml(
  context: ViewContext,
  days: readonly DayLength[],
  component: Pick<SnapshotComponent, 'days' | 'since' | 'percent'>,
): string {
  const bar = barOf(days, component);
  const percent = component.percent[90];
  const { words } = context;
  const share = percent === null ? words.noUptime : words.uptime(formatPercent(percent, words.language));
  const width = days.length * CELL - 1;
  const bad = badDays(context, bar);
  const label = bad === '' ? share : `${share} ${bad}`;
  return `<svg class="bar" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}"${bar.data}>${bar.paths}</svg>`;
}

/** How many of the days were over before the component counted. */
export function daysBefore(days: readonly DayLength[], { since }: Pick<SnapshotComponent, 'since'>): number {
  const isOver = (place: number) => days[place]!.start + days[place]!.length <= since;
  // Most are there for longer than that, or hardly at all.
  if (days.length === 0 || !isOver(0)) return 0;
  let before = days.length;
  while (!isOver(before - 1)) before--;
  return before;
}

/**
 * The drawing without what changes at every moment. It follows from the days of the component, which day is the first, and
 * since when it counts: nothing in it depends on how long the last day has lasted, since a record holds its own lengths.
 */
function barOf(days: readonly DayLength[], component: Pick<SnapshotComponent, 'days' | 'since'>): Bar {
  const before = daysBefore(days, component);
  const key = `${days[0]?.date} ${days.length} ${before}`;
  const known = drawn.get(component.days);
  if (known?.key === key) return known;
  const bar: Bar & { key: string } = {
    key,
    paths: dashes(before, days.length),
    data: before > 0 ? ` data-before="${before}"` : '',
    bad: [],
    said: new Map(),
  };
  const places = component.days.length > 0 ? placesOf(days) : null;
  for (const status of BAD_STATUSES) {
    const bad = component.days.filter((day) => places?.has(day.date) && worstShown(day) === status);
    if (bad.length === 0) continue;
    let strokes = '';
    for (const day of bad) {
      strokes += `M${places!.get(day.date)! * CELL + 1.5} ${HEIGHT}v-${heightOf(day)}`;
    }
    bar.paths += `<path data-status="${status}" d="${strokes}"/>`;
    bar.bad.push({ status, dates: bad.map(({ date }) => date) });
  }
  if (bar.bad.length > 0) bar.data += ` data-days="${daysData(component.days, places!)}"`;
  drawn.set(component.days, bar);
  return bar;
}

/** All components of a snapshot have the same days. */
const placed = new WeakMap<readonly DayLength[], ReadonlyMap<string, number>>();

function placesOf(days: readonly DayLength[]): ReadonlyMap<string, number> {
  return once(placed, days, () => new Map(days.map((day, index) => [day.date, index])));
}

/** `86d5 87c45a3`: on day 86 five minutes of major outage, on day 87 two others, the worst first. */
function daysData(days: readonly DayRecord[], places: ReadonlyMap<string, number>): string {
  return days
    .filter((day) => places.has(day.date) && worstShown(day) !== 'operational')
    .map((day) => {
      const shown = BAD_STATUSES.filter((status) => day.shown[status] > 0).map(
        (status) => BAR_LETTERS[status] + Math.max(1, Math.round(day.shown[status] / MINUTE)),
      );
      return places.get(day.date) + shown.join('');
    })
    .join(' ');
}

function badDays({ words, dates }: ViewContext, bar: Bar): string {
  let said = bar.said.get(words.language);
  if (said === undefined) {
    said = bar.bad
      .map(({ status, dates: bad }) =>
        words.badDays(words.componentStatus[status], bad.map((date) => dates.dates(date)).join(words.comma)),
      )
      .join(' ');
    bar.said.set(words.language, said);
  }
  return said;
}

/** The pale cells; those before the component counted are paler still. */
function dashes(before: number, count: number): string {
  const middle = HEIGHT / 2;
  const none = before > 0 ? `<path class="none" d="M0 ${middle}H${before * CELL - 1}"/>` : '';
  return before < count ? `${none}<path d="M${before * CELL} ${middle}H${count * CELL - 1}"/>` : none;
}

function worstShown({ shown }: DayRecord): ComponentStatus {
  return COMPONENT_STATUSES.findLast((status) => shown[status] > 0) ?? 'operational';
}

function heightOf({ shown }: DayRecord): number {
  const total = COMPONENT_STATUSES.reduce((sum, status) => sum + shown[status], 0);
  return Math.max(LOWEST, Math.round((HEIGHT * (total - shown.operational)) / total));
}
