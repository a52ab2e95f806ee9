/**
 * All rows that the public truth of one page is made of, in one read transaction (one round trip on a server). With the
 * snapshot that was made before, only what changed since is read: publishing costs what changed and what is open.
 */
import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { groups, pages } from '../../db/schema.ts';
import { selectIncidents, selectWindows, type ToldRow } from '../../db/told.ts';
import { addDays, dayOf, dayStart } from '../domain/calendar.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { PageSnapshot } from './schema.ts';

/** Lists hold so many; what is open is there besides. */
export const LISTED = 100;
export const DAYS_SHOWN = 90;

export type PageRow = typeof pages.$inferSelect;
export type GroupRow = typeof groups.$inferSelect;

/** id, v2Id, groupId, name, code, description, status, since, createdAt, updatedAt */
export type ComponentTuple = [
  string,
  string,
  string | null,
  string,
  string,
  string | null,
  ComponentStatus,
  number,
  number,
  number,
];
/** componentId, at, status, previous */
export type ShownTuple = [string, number, ComponentStatus, ComponentStatus];
/** componentId, date, milliseconds in each status in the order of severity */
export type DayTuple = [string, string, number, number, number, number, number];

export interface Touch {
  kind: 'component' | 'incident' | 'maintenance' | 'month';
  ref: string;
}

export interface PageRows {
  page: PageRow;
  groups: GroupRow[];
  components: ComponentTuple[];
  /** Since the start of the first day that is not closed. */
  shown: ShownTuple[];
  /** Null when those of the known snapshot still hold. */
  closedDays: DayTuple[] | null;
  /** Ids in the order of the lists. */
  incidentIds: string[];
  windowIds: string[];
  /** Those that the known snapshot does not have as they are now. */
  incidents: ToldRow[];
  windows: ToldRow[];
  totals: { incidents: number; maintenance: number };
  /** The earliest start of anything in the archive. */
  firstAt: number | null;
  /** What changed since the revision that was asked for. */
  touches: Touch[];
}

const json = (rows: { list: string | null }[]) => JSON.parse(rows[0]?.list ?? '[]') as unknown;

/**
 * @param known a snapshot that `isReusable`: what it has is not read again
 * @param since touches after this revision are told; none when null
 * @returns null when the page is not there
 */
export async function loadPage(
  read: Database,
  pageId: string,
  now: number,
  known: PageSnapshot | null,
  since: number | null,
): Promise<PageRows | null> {
  const [early] = await read.select().from(pages).where(eq(pages.id, pageId));
  if (!early) return null;
  const firstDay = addDays(dayOf(now, early.timezone), 1 - DAYS_SHOWN);
  const sameDays =
    known !== null && known.daysVersion === early.daysVersion && known.days[0]?.date === firstDay;
  const knownRevision = known?.revision ?? -1;
  const touched = (kind: string) =>
    sql`(select ref from touches where page_id = ${pageId} and revision > ${knownRevision} and kind = ${kind})`;
  const listed = (
    table: 'incidents' | 'maintenance_windows',
    start: 'started_at' | 'starts_at',
    open: string,
  ) =>
    sql.raw(`select id, ${start} as start from (select id, ${start} from ${table} where page_id = '${pageId}' order by ${start} desc, id desc limit ${LISTED})
      union select id, ${start} from ${table} where page_id = '${pageId}' and ${open}`);
  const incidentList = listed('incidents', 'started_at', "status <> 'resolved'");
  const windowList = listed(
    'maintenance_windows',
    'starts_at',
    "status in ('scheduled', 'in_progress', 'verifying')",
  );
  const knownIncidents = (known?.incidents ?? []).map(({ id }) => id);
  const knownWindows = (known?.maintenance ?? []).map(({ id }) => id);
  const count = (table: string, kind: string, before: number | undefined) =>
    sql`case when ${knownRevision} >= 0 and not exists ${touched(kind)} then ${before ?? 0}
      else (select count(*) from ${sql.raw(table)} where page_id = ${pageId}) end`;

  const [
    page,
    groupRows,
    components,
    shown,
    closed,
    incidentIds,
    windowIds,
    incidents,
    windows,
    facts,
    touches,
  ] = await read.batch([
    read.select().from(pages).where(eq(pages.id, pageId)),
    read.select().from(groups).where(eq(groups.pageId, pageId)).orderBy(groups.rank),
    read.all<{
      list: string;
    }>(sql`select json_group_array(json_array(id, v2_id, group_id, name, code, description, status, since, created_at, updated_at)) as list
      from (select * from components where page_id = ${pageId} order by top_rank, rank, id)`),
    read.all<{
      list: string;
    }>(sql`select json_group_array(json_array(component_id, at, status, previous)) as list
      from (select * from shown_changes where page_id = ${pageId} and at >= ${dayStart(early.openDay, early.timezone)} order by at)`),
    read.all<{
      list: string;
    }>(sql`select json_group_array(json_array(component_id, date, operational, under_maintenance, degraded_performance, partial_outage, major_outage)) as list
      from (select * from component_days where page_id = ${pageId} and date >= ${firstDay} and ${sameDays ? 0 : 1} order by date)`),
    read.all<{ list: string }>(
      sql`select json_group_array(id) as list from (select id from (${incidentList}) order by start desc, id desc)`,
    ),
    read.all<{ list: string }>(
      sql`select json_group_array(id) as list from (select id from (${windowList}) order by start desc, id desc)`,
    ),
    selectIncidents(read, {
      where: sql`i.id in (select id from (${incidentList})) and (i.id not ${inList(knownIncidents)} or i.id in ${touched('incident')})`,
    }),
    selectWindows(read, {
      where: sql`w.id in (select id from (${windowList})) and (w.id not ${inList(knownWindows)} or w.id in ${touched('maintenance')})`,
    }),
    read.all<{ incidents: number; maintenance: number; firstAt: number | null }>(sql`select
      ${count('incidents', 'incident', known?.totals.incidents)} as incidents,
      ${count('maintenance_windows', 'maintenance', known?.totals.maintenance)} as maintenance,
      (select min(at) from (select min(started_at) as at from incidents where page_id = ${pageId}
        union all select min(starts_at) from maintenance_windows where page_id = ${pageId})) as "firstAt"`),
    read.all<{ list: string }>(sql`select json_group_array(json_object('kind', kind, 'ref', ref)) as list
      from touches where page_id = ${pageId} and revision > ${since ?? Number.MAX_SAFE_INTEGER}`),
  ]);
  const row = page[0];
  if (!row) return null;
  // The day was closed between the two reads: what was asked for does not fit any more.
  if (
    row.daysVersion !== early.daysVersion ||
    row.openDay !== early.openDay ||
    row.timezone !== early.timezone
  ) {
    return loadPage(read, pageId, now, known, since);
  }
  return {
    page: row,
    groups: groupRows,
    components: json(components) as ComponentTuple[],
    shown: json(shown) as ShownTuple[],
    closedDays: sameDays ? null : (json(closed) as DayTuple[]),
    incidentIds: json(incidentIds) as string[],
    windowIds: json(windowIds) as string[],
    incidents,
    windows,
    totals: { incidents: facts[0]!.incidents, maintenance: facts[0]!.maintenance },
    firstAt: facts[0]!.firstAt,
    touches: json(touches) as Touch[],
  };
}
