import type { ComponentStatus } from '../../domain/status.ts';
import type { DayLength } from '../../domain/uptime.ts';
import type { PageSnapshot, SnapshotIncident, SnapshotMaintenance } from '../../snapshot/schema.ts';
import { duration } from '../../text/duration.ts';
import { paths } from '../paths.ts';
import { momentHtml, rangeHtml, summaryOf, type ViewContext } from './context.ts';
import { markOfImpact } from './mark.ts';

/** The recent past on the status page, in days. */
const RECENT = 14;

/** An incident or a window in a few words. */
export interface LineView {
  mark: ComponentStatus;
  title: string;
  href: string;
  /** What became of it; may hold a `<time>`. */
  stateHtml: string;
  /** The beginning of its newest update, plain. */
  text: string;
}

/** A day, or some quiet days in a row (then without lines). */
export interface DayView {
  label: string;
  /** `yyyy-mm-dd`, null for more than one day. */
  date: string | null;
  lines: LineView[];
}

/** The last 14 days, newest first; days on which nothing began are folded together. */
export function recentDays(context: ViewContext, snapshot: PageSnapshot): DayView[] {
  const { dates } = context;
  const lines = linesByDate(context, snapshot.incidents, snapshot.maintenance.filter(isOver), false);
  const known = Math.min(snapshot.page.createdAt, ...snapshot.components.map(({ since }) => since));
  // A page that lists nothing has nothing that could have been quiet.
  if (snapshot.components.length === 0 && lines.size === 0) return [];
  const views: DayView[] = [];
  let quiet: DayLength[] = [];
  const fold = () => {
    const [last, first] = [quiet[0], quiet.at(-1)];
    if (first && last) views.push({ label: dates.dates(first.date, last.date), date: null, lines: [] });
    quiet = [];
  };
  for (const day of snapshot.days.slice(-RECENT).reverse()) {
    const found = lines.get(day.date);
    if (found) {
      fold();
      views.push({ label: dates.dates(day.date), date: day.date, lines: found });
      // Before there was anything to watch, a day was not quiet but unknown.
    } else if (day.start + day.length > known) quiet.push(day);
  }
  fold();
  return views;
}

/** The days on which something began, newest first, for the history. */
export function eventDays(
  context: ViewContext,
  incidents: readonly SnapshotIncident[],
  maintenance: readonly SnapshotMaintenance[],
): DayView[] {
  const lines = linesByDate(context, incidents, maintenance, true);
  return [...lines.entries()]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([date, found]) => ({ label: context.dates.dates(date), date, lines: found }));
}

function linesByDate(
  context: ViewContext,
  incidents: readonly SnapshotIncident[],
  maintenance: readonly SnapshotMaintenance[],
  told: boolean,
): Map<string, LineView[]> {
  const entries = [
    ...incidents.map((incident) => ({ start: incident.startedAt, incident, window: null })),
    ...maintenance.map((window) => ({ start: startOf(window), incident: null, window })),
  ].sort((a, b) => b.start - a.start);
  const byDate = new Map<string, LineView[]>();
  for (const { start, incident, window } of entries) {
    const line = incident ? incidentLine(context, incident, told) : maintenanceLine(context, window);
    const date = context.dates.dateOf(start);
    const lines = byDate.get(date);
    if (lines) lines.push(line);
    else byDate.set(date, [line]);
  }
  return byDate;
}

/** An incident in a line. `told`: also the text of an open one, where it does not stand in full on the same page. */
export function incidentLine(context: ViewContext, incident: SnapshotIncident, told: boolean): LineView {
  const { words, base } = context;
  const { startedAt, resolvedAt } = incident;
  const over = resolvedAt !== null;
  return {
    mark: markOfImpact(incident.impact),
    title: incident.title,
    href: base + paths.incident(incident.id),
    stateHtml: over
      ? words.resolvedAfter(duration(resolvedAt - startedAt, words.language))
      : `${words.openSince(momentHtml(context, startedAt, 'for'))}${told ? '.' : ''}`,
    text: over || told ? summaryOf(incident.updates[0]?.body ?? '') : '',
  };
}

/** A maintenance window in a line, by how far it has come. */
export function maintenanceLine(context: ViewContext, maintenance: SnapshotMaintenance): LineView {
  const { base } = context;
  return {
    mark: 'under_maintenance',
    title: maintenance.title,
    href: base + paths.maintenance(maintenance.id),
    stateHtml: maintenanceState(context, maintenance),
    text: summaryOf(maintenance.updates[0]?.body ?? ''),
  };
}

/** What became of a window: planned, running since, completed after, or cancelled. */
export function maintenanceState(context: ViewContext, maintenance: SnapshotMaintenance): string {
  const { words } = context;
  const { status, startedAt, completedAt } = maintenance;
  if (status === 'scheduled') return `${rangeHtml(context, maintenance.startsAt, maintenance.endsAt)}.`;
  if (status === 'cancelled') return words.cancelled;
  if (status !== 'completed') return `${words.inProgressSince(momentHtml(context, startOf(maintenance)))}.`;
  return startedAt !== null && completedAt !== null
    ? words.completedAfter(duration(completedAt - startedAt, words.language))
    : words.completed;
}

function startOf(maintenance: SnapshotMaintenance): number {
  return maintenance.startedAt ?? maintenance.startsAt;
}

function isOver({ status }: SnapshotMaintenance): boolean {
  return status === 'completed';
}
