/** Closed days: what each component showed on a day that is over, kept so that no publish counts it again. */
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { inList, rowsOf, tuple } from '../../db/json-list.ts';
import { type Question, question } from '../../db/question.ts';
import { pages } from '../../db/schema.ts';
import { addDays, dayOf, dayStart } from '../domain/calendar.ts';
import type { ComponentStatus } from '../domain/status.ts';
import type { Change as Shown } from '../domain/timeline.ts';
import { type DayLength, type DayRecord, recordsOf } from '../domain/uptime.ts';
import type { Change, Manager } from './command.ts';
import type { ShownChange } from './past.ts';

/** What a component showed. */
export interface ShownSince {
  id: string;
  /** Since when (ms) it counts. */
  since: number;
  /** What it shows now. */
  status: ComponentStatus;
  /** Oldest first. */
  changes: readonly ShownChange[];
}

/** Days from `first` up to, not including, `end`. */
function daysBetween(first: string, end: string, zone: string): DayLength[] {
  const days: DayLength[] = [];
  for (let date = first; date < end; date = addDays(date, 1)) {
    const start = dayStart(date, zone);
    const length = dayStart(addDays(date, 1), zone) - start;
    if (length > 0) days.push({ date, start, length });
  }
  return days;
}

async function shownSince(tx: Database, from: number, where: ReturnType<typeof sql>): Promise<ShownSince[]> {
  const rows = await tx.all<
    Omit<ShownSince, 'changes'> & { changes: string }
  >(sql`select c.id, c.since, c.status,
    (select json_group_array(json_array(s.at, s.status, s.previous)) from
      (select * from shown_changes where component_id = c.id and at >= ${from} order by at) s) as changes
    from components c where ${where}`);
  return rows.map((row) => ({ ...row, changes: JSON.parse(row.changes) as ShownChange[] }));
}

/** The change points from `from` on; the first tells what was shown at `from`. */
export function pointsFrom(from: number, status: ComponentStatus, changes: readonly ShownChange[]): Shown[] {
  const before = changes[0]?.[2] ?? status;
  return [{ at: from, status: before }, ...changes.map(([at, shown]) => ({ at, status: shown }))];
}

/** What writes the records of these days, of some components or of the whole page. */
function daysReplaced(
  tx: Database,
  pageId: string,
  ids: readonly string[] | null,
  days: DayLength[],
  rows: [string, DayRecord][],
) {
  const which = ids ? sql`component_id ${inList(ids)}` : sql`page_id = ${pageId}`;
  const tuples = rows.map(([id, { date, shown }]) => [
    id,
    date,
    shown.operational,
    shown.under_maintenance,
    shown.degraded_performance,
    shown.partial_outage,
    shown.major_outage,
  ]);
  return [
    tx.run(
      sql`delete from component_days where ${which} and date >= ${days[0]!.date} and date <= ${days.at(-1)!.date}`,
    ),
    tx.run(sql`insert into component_days (component_id, page_id, date, operational, under_maintenance, degraded_performance, partial_outage, major_outage)
      select ${tuple(0)}, ${pageId}, ${tuple(1)}, ${tuple(2)}, ${tuple(3)}, ${tuple(4)}, ${tuple(5)}, ${tuple(6)} from ${rowsOf(tuples)}`),
  ] as const;
}

/** What the components showed on these days, where that has to be kept. */
function recordsIn(days: DayLength[], components: readonly ShownSince[]): [string, DayRecord][] {
  const { start } = days[0]!;
  return components.flatMap(({ id, since, status, changes }) =>
    recordsOf(pointsFrom(start, status, changes), days, since).map((record): [string, DayRecord] => [
      id,
      record,
    ]),
  );
}

/** Counts the closed days from the one that holds `from` again, for components whose past was changed. */
export function recountDays(change: Change, components: readonly ShownSince[], from: number): void {
  const { tx, page } = change;
  const days = daysBetween(dayOf(from, page.timezone), page.openDay, page.timezone);
  if (days.length === 0) return;
  const { start } = days[0]!;
  const shown = components.map((one) => ({ ...one, changes: one.changes.filter(([at]) => at >= start) }));
  const ids = components.map(({ id }) => id);
  for (const query of daysReplaced(tx, page.id, ids, days, recordsIn(days, shown)))
    change.write(query as never);
  change.daysChanged();
  for (const month of new Set(days.map(({ date }) => date.slice(0, 7)))) change.touch('uptime', month);
}

const ALL_SHOWN = `select json_group_array(json_object('id', c.id, 'since', c.since, 'status', c.status, 'changes',
    (select json_group_array(json_array(s.at, s.status, s.previous)) from
      (select * from shown_changes where component_id = c.id order by at) s))) as answer
  from components c where c.page_id = ?1 and (select timezone from pages where id = ?1) <> ?2`;

/** All that a page ever showed, when it is to get another time zone; nothing to ask where none is said. */
export function shownInOtherZone(
  pageId: string,
  zone: string | undefined,
): Question<ShownSince[]> | undefined {
  if (zone === undefined) return undefined;
  const { statement, read } = question<ShownSince[]>(ALL_SHOWN, pageId, zone);
  return { statement, read: (rows) => read(rows)! };
}

/** All closed days of a page again: its time zone moved their borders. @param shown all that it ever showed */
export function recountAllDays(change: Change, zone: string, shown: readonly ShownSince[]): void {
  const { tx, page } = change;
  const openDay = dayOf(change.now, zone);
  change.write(
    tx.run(sql`delete from component_days where page_id = ${page.id}`) as never,
    tx.update(pages).set({ openDay }).where(eq(pages.id, page.id)),
  );
  change.daysChanged();
  const first = shown.reduce(
    (earliest, { changes }) => Math.min(earliest, changes[0]?.[0] ?? earliest),
    Number.POSITIVE_INFINITY,
  );
  if (first === Number.POSITIVE_INFINITY) return;
  const days = daysBetween(dayOf(first, zone), openDay, zone);
  if (days.length === 0) return;
  for (const query of daysReplaced(tx, page.id, null, days, recordsIn(days, shown)))
    change.write(query as never);
}

/**
 * Closes the days of a page that are over at `manager.now()`. Raises no revision (design, invariant 7).
 *
 * @returns true when a day was closed
 */
export async function closeDays(manager: Manager, pageId: string): Promise<boolean> {
  return manager.store.write(async (tx) => {
    const [page] = await tx.select().from(pages).where(eq(pages.id, pageId));
    if (!page) return false;
    const today = dayOf(manager.now(), page.timezone);
    const days = daysBetween(page.openDay, today, page.timezone);
    if (days.length === 0) return false;
    const start = days[0]!.start;
    const troubled = sql`c.page_id = ${page.id} and (c.status <> 'operational' or exists
      (select 1 from shown_changes s where s.component_id = c.id and s.at >= ${start}))`;
    const shown = await shownSince(tx, start, troubled);
    await tx.batch(daysReplaced(tx, page.id, null, days, recordsIn(days, shown)));
    await tx
      .update(pages)
      .set({ openDay: today, daysVersion: page.daysVersion + 1 })
      .where(eq(pages.id, page.id));
    return true;
  });
}

/**
 * Pages with a day to close, those with the oldest first: which days are over is found out for each zone, of which there
 * are few, and not for each page.
 *
 * @param most how many
 */
export async function pagesWithOpenDays(manager: Manager, most: number): Promise<{ id: string }[]> {
  const { read } = manager.store;
  const now = manager.now();
  const latest = dayOf(now, 'Pacific/Kiritimati');
  const days = await read
    .selectDistinct({ openDay: pages.openDay, timezone: pages.timezone })
    .from(pages)
    .where(lt(pages.openDay, latest))
    .orderBy(pages.openDay, pages.timezone);
  const found: { id: string }[] = [];
  for (const { openDay, timezone } of days) {
    if (found.length >= most) break;
    if (openDay >= dayOf(now, timezone)) continue;
    const rows = await read
      .select({ id: pages.id })
      .from(pages)
      .where(and(eq(pages.openDay, openDay), eq(pages.timezone, timezone)))
      .limit(most - found.length);
    found.push(...rows);
  }
  return found;
}
