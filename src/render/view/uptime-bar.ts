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
import type { ViewContext } from './context.ts';

const CELL = 4;
const HEIGHT = 22;
/** A quarter of the height: five minutes must be seen. */
const LOWEST = 6;

interface Bar {
  paths: string;
  /** The bad days in words, worst status first. */
  badDays: string;
}

/** What was drawn of a component's days, for as long as snapshots hand on the same array of them. */
const drawn = new WeakMap<readonly DayRecord[], Bar & { key: string }>();

/** The bar with its text alternative, which says the percentage and the bad days. */
export function uptimeBarHtml(
  context: ViewContext,
  days: readonly DayLength[],
  component: Pick<SnapshotComponent, 'days' | 'since' | 'percent'>,
): string {
  const bar = barOf(context, days, component);
  const percent = component.percent[90];
  const { words } = context;
  const share = percent === null ? words.noUptime : words.uptime(formatPercent(percent, words.language));
  const width = days.length * CELL - 1;
  const label = bar.badDays === '' ? share : `${share} ${bar.badDays}`;
  return `<svg class="bar" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}">${bar.paths}</svg>`;
}

/**
 * The drawing without what changes at every moment. It follows from the days of the component, which day is the first,
 * since when it counts, and the language: nothing in it depends on how long the last day has lasted, since a record holds
 * its own lengths.
 */
function barOf(
  { words, dates }: ViewContext,
  days: readonly DayLength[],
  component: Pick<SnapshotComponent, 'days' | 'since'>,
): Bar {
  const empty = days.findIndex((day) => day.start + day.length > component.since);
  const before = empty === -1 ? days.length : empty;
  const key = `${days[0]?.date} ${days.length} ${before} ${words.language}`;
  const known = drawn.get(component.days);
  if (known?.key === key) return known;
  const bar = { key, paths: dashes(before, days.length), badDays: '' };
  const places = component.days.length > 0 ? new Map(days.map((day, index) => [day.date, index])) : null;
  let gaps = '';
  for (const status of COMPONENT_STATUSES.slice(1).reverse()) {
    const bad = component.days.filter((day) => places?.has(day.date) && worstShown(day) === status);
    if (bad.length === 0) continue;
    let strokes = '';
    for (const day of bad) {
      const middle = places!.get(day.date)! * CELL + 1.5;
      const height = heightOf(day);
      strokes += `M${middle} ${HEIGHT}v-${height}`;
      gaps += `M${middle} ${HEIGHT - height}v-1`;
    }
    bar.paths += `<path data-status="${status}" d="${strokes}"/>`;
    const named = words.badDays(
      words.componentStatus[status],
      bad.map((day) => dates.dates(day.date)).join(words.comma),
    );
    bar.badDays += bar.badDays === '' ? named : ` ${named}`;
  }
  if (gaps !== '') bar.paths += `<path class="gap" d="${gaps}"/>`;
  drawn.set(component.days, bar);
  return bar;
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
