/** One month's uptime of every component, with each incident's part in what was lost: from closed days alone. */
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { incidentOf, selectIncidents } from '../../db/told.ts';
import { addDays, dayStart, monthOf, monthRange } from '../domain/calendar.ts';
import type { Incident } from '../domain/records.ts';
import type { ComponentStatus } from '../domain/status.ts';
import { type Change, claimsOf, endedBy } from '../domain/timeline.ts';
import { lostTenthsOf, share } from '../domain/uptime.ts';
import { type Accused, sharesOf, tenthsOf } from '../domain/uptime-causes.ts';
import type { MonthComponent, MonthReport, ReportCause } from '../domain/uptime-report.ts';
import type { PageSnapshot } from './schema.ts';

/** The first day that is not closed. */
export async function openDayOf(read: Database, pageId: string): Promise<string | null> {
  const [row] = await read.all<{ day: string }>(sql`select open_day as day from pages where id = ${pageId}`);
  return row?.day ?? null;
}

type SumRow = Record<'id', string> & Record<Exclude<ComponentStatus, 'operational'>, number>;

/** Time not operational per component, of the days from `first` up to, not including, `end`. */
export function shownSums(read: Database, pageId: string, first: string, end: string): Promise<SumRow[]> {
  return read.all<SumRow>(sql`select component_id as id, sum(under_maintenance) as under_maintenance,
    sum(degraded_performance) as degraded_performance, sum(partial_outage) as partial_outage,
    sum(major_outage) as major_outage from component_days
    where page_id = ${pageId} and date >= ${first} and date < ${end} group by component_id`);
}

/** The report of a month `yyyy-mm`; null when the page is gone. */
export async function loadMonthReport(
  read: Database,
  snapshot: PageSnapshot,
  month: string,
): Promise<MonthReport | null> {
  const { page } = snapshot;
  const openDay = await openDayOf(read, page.id);
  if (openDay === null) return null;
  const range = monthRange(month, page.timezone);
  const [start, end] = [
    range.start,
    Math.max(range.start, Math.min(range.end, dayStart(openDay, page.timezone))),
  ];
  const firstDay = `${month}-01`;
  const sums = new Map(
    (await shownSums(read, page.id, firstDay, end < range.end ? openDay : `${month}-32`)).map((row) => [
      row.id,
      row,
    ]),
  );
  const all = snapshot.components.map(({ id, name, group, since }): MonthComponent => {
    const counted = Math.max(0, end - Math.max(start, since));
    const shown = shownOf(sums.get(id), counted);
    const percent = share(counted, lostTenthsOf({ shown }));
    return { id, name, group: group?.name ?? null, counted, shown, percent, causes: [] };
  });
  // What did not exist yet has no place in the month; in one without a closed day everything has.
  const components = end > start ? all.filter(({ counted }) => counted > 0) : all;
  const troubled = components.filter(({ shown }) => lostTenthsOf({ shown }) > 0);
  if (troubled.length > 0) {
    const causes = await loadCauses(read, page.id, troubled, start, end);
    for (const component of troubled) component.causes = causes(component);
  }
  return {
    month,
    firstMonth: snapshot.firstMonth,
    lastMonth: monthOf(snapshot.asOf, page.timezone),
    days: end > start ? { first: firstDay, last: lastDayBefore(end, range.end, openDay, month) } : null,
    components,
  };
}

function lastDayBefore(end: number, monthEnd: number, openDay: string, month: string): string {
  if (end < monthEnd) return addDays(openDay, -1);
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

function shownOf(row: SumRow | undefined, counted: number): Record<ComponentStatus, number> {
  const { under_maintenance = 0, degraded_performance = 0, partial_outage = 0, major_outage = 0 } = row ?? {};
  const trouble = under_maintenance + degraded_performance + partial_outage + major_outage;
  return {
    operational: counted - trouble,
    under_maintenance,
    degraded_performance,
    partial_outage,
    major_outage,
  };
}

type Row = { id: string; status: ComponentStatus; inside: string; after: ComponentStatus | null };

/** What these components showed from `start` to `end`, and who said so. */
async function loadCauses(
  read: Database,
  pageId: string,
  components: readonly MonthComponent[],
  start: number,
  end: number,
): Promise<(component: MonthComponent) => ReportCause[]> {
  const ids = inList(components.map(({ id }) => id));
  const rows = await read.all<Row>(sql`select c.id, c.status,
    (select json_group_array(json_array(at, status, previous)) from (select * from shown_changes
      where component_id = c.id and at >= ${start} and at < ${end} order by at)) as inside,
    (select previous from shown_changes where component_id = c.id and at >= ${end} order by at limit 1) as after
    from components c where c.id ${ids}`);
  const shown = new Map(rows.map((row) => [row.id, timelineOf(row, start)]));
  const told = await selectIncidents(read, {
    where: sql`i.page_id = ${pageId} and i.started_at < ${end} and (i.resolved_at is null or i.resolved_at > ${start})
      and i.id in (select incident_id from update_components where component_id ${ids})`,
  });
  const incidents = new Map(told.map(incidentOf).map((incident) => [incident.id, incident]));
  return (component) =>
    sharesOf(shown.get(component.id) ?? [], start, end, accusedOf(incidents, component.id)).map((one) => {
      const incident = one.id === null ? undefined : incidents.get(one.id);
      return {
        incident: incident ? { id: incident.id, title: incident.title, startedAt: incident.startedAt } : null,
        lost: one.lost,
        percent: (tenthsOf(one) * 10) / component.counted,
      };
    });
}

function timelineOf({ status, inside, after }: Row, start: number): Change[] {
  const changes = JSON.parse(inside) as [number, ComponentStatus, ComponentStatus][];
  const before = changes[0]?.[2] ?? after ?? status;
  return [{ at: start, status: before }, ...changes.map(([at, next]) => ({ at, status: next }))];
}

function accusedOf(incidents: ReadonlyMap<string, Incident>, componentId: string): Accused[] {
  return [...incidents.values()].map(({ id, startedAt, resolvedAt, updates }) => {
    const said = updates
      .toReversed()
      .map(({ createdAt, status, components }) => ({ at: createdAt, status, components }));
    return { id, startedAt, claims: claimsOf(endedBy(said, resolvedAt), startedAt, componentId) };
  });
}
