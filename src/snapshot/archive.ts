/** What archive pages are made of: past incidents and windows, a month of them. Nothing of the present state. */
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList } from '../../db/json-list.ts';
import { incidentOf, selectIncidents, selectWindows, windowOf } from '../../db/told.ts';
import { addMonths, monthOf, monthRange } from '../domain/calendar.ts';
import type { MonthArchive, PageSnapshot, SnapshotIncident, SnapshotMaintenance } from './schema.ts';

/** Those of these incidents that are there. */
export async function loadIncidents(
  read: Database,
  pageId: string,
  ids: readonly string[],
): Promise<SnapshotIncident[]> {
  if (ids.length === 0) return [];
  return (await selectIncidents(read, { where: sql`i.page_id = ${pageId} and i.id ${inList(ids)}` })).map(
    incidentOf,
  );
}

/** Those of these windows that are there. */
export async function loadWindows(
  read: Database,
  pageId: string,
  ids: readonly string[],
): Promise<SnapshotMaintenance[]> {
  if (ids.length === 0) return [];
  return (await selectWindows(read, { where: sql`w.page_id = ${pageId} and w.id ${inList(ids)}` })).map(
    windowOf,
  );
}

/** One month of a page's archive. `month` is `yyyy-mm` in the page's time zone. */
export async function loadMonth(
  read: Database,
  snapshot: PageSnapshot,
  month: string,
): Promise<MonthArchive> {
  const { page } = snapshot;
  const { start, end } = monthRange(month, page.timezone);
  const incidents = await selectIncidents(read, {
    where: sql`i.page_id = ${page.id} and i.started_at >= ${start} and i.started_at < ${end}`,
    order: sql`order by i.started_at desc, i.id desc`,
  });
  const windows = await selectWindows(read, {
    where: sql`w.page_id = ${page.id} and w.starts_at >= ${start} and w.starts_at < ${end}`,
    order: sql`order by w.starts_at desc, w.id desc`,
  });
  return {
    page,
    month,
    firstMonth: snapshot.firstMonth,
    lastMonth: monthOf(snapshot.asOf, page.timezone),
    incidents: incidents.map(incidentOf),
    maintenance: windows.map(windowOf),
  };
}

/** Every month that has a page, oldest first. */
export function monthsOf(snapshot: PageSnapshot): string[] {
  const last = monthOf(snapshot.asOf, snapshot.page.timezone);
  const months: string[] = [];
  for (let month = snapshot.firstMonth; month <= last; month = addMonths(month, 1)) months.push(month);
  return months;
}

export interface ArchivePosition {
  kind: 'incident' | 'maintenance';
  /** Id of the last one done; empty at the beginning. */
  after: string;
}

/** The next ids of a page's archive behind a position, in the order of ids. */
export async function nextInArchive(
  read: Database,
  pageId: string,
  { kind, after }: ArchivePosition,
  limit: number,
): Promise<string[]> {
  const table = sql.raw(kind === 'incident' ? 'incidents' : 'maintenance_windows');
  const rows = await read.all<{ id: string }>(
    sql`select id from ${table} where page_id = ${pageId} and id > ${after} order by id limit ${limit}`,
  );
  return rows.map(({ id }) => id);
}
