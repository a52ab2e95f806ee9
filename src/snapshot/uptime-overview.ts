/** Every component's uptime of 90 days, of 12 months and since its start, up to the last closed day. */

import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { addDays, addMonths, dayOf, dayStart, monthOf } from '../domain/calendar.ts';
import { LOST_TENTHS, share } from '../domain/uptime.ts';
import type { UptimeOverview } from '../domain/uptime-report.ts';
import type { PageSnapshot } from './schema.ts';
import { openDayOf, shownSums } from './uptime-report.ts';

const DAYS = 90;
const MONTHS = 12;

/** The same day so many months earlier; a month that is too short gives its last one. */
function monthsBefore(date: string, months: number): string {
  const month = addMonths(date.slice(0, 7), -months);
  const last = addDays(`${addMonths(month, 1)}-01`, -1);
  const day = `${month}-${date.slice(8)}`;
  return day < last ? day : last;
}

/** @returns null when the page is gone */
export async function loadUptimeOverview(
  read: Database,
  snapshot: PageSnapshot,
): Promise<UptimeOverview | null> {
  const { page, components } = snapshot;
  const openDay = await openDayOf(read, page.id);
  if (openDay === null) return null;
  const end = dayStart(openDay, page.timezone);
  const borders = { days90: addDays(openDay, -DAYS), months12: monthsBefore(openDay, MONTHS) };
  const lost = await lostSince(read, page.id, openDay, borders);
  const percentOf = (id: string, since: number, start: number, which: keyof Lost) =>
    share(Math.max(0, end - Math.max(since, start)), lost.get(id)?.[which] ?? 0);
  return {
    firstMonth: snapshot.firstMonth,
    lastMonth: monthOf(snapshot.asOf, page.timezone),
    until: components.some(({ since }) => since < end) ? addDays(openDay, -1) : null,
    components: components.map(({ id, name, group, since }) => ({
      id,
      name,
      group: group?.name ?? null,
      since: dayOf(since, page.timezone),
      percent: {
        days90: percentOf(id, since, dayStart(borders.days90, page.timezone), 'days90'),
        months12: percentOf(id, since, dayStart(borders.months12, page.timezone), 'months12'),
        start: percentOf(id, since, Number.NEGATIVE_INFINITY, 'start'),
      },
    })),
  };
}

/** Tenths of milliseconds lost since each border. */
type Lost = Record<'days90' | 'months12' | 'start', number>;

/** Read a month at a time: no statement holds this thread for the length of a history. */
async function lostSince(
  read: Database,
  pageId: string,
  openDay: string,
  borders: { days90: string; months12: string },
): Promise<Map<string, Lost>> {
  const lost = new Map<string, Lost>();
  const [row] = await read.all<{ first: string | null }>(
    sql`select min(date) as first from component_days where page_id = ${pageId}`,
  );
  const add = async (first: string, end: string) => {
    for (const one of await shownSums(read, pageId, first, end)) {
      const tenths =
        one.partial_outage * LOST_TENTHS.partial_outage + one.major_outage * LOST_TENTHS.major_outage;
      const sums = lost.get(one.id) ?? { days90: 0, months12: 0, start: 0 };
      sums.start += tenths;
      if (first >= borders.months12) sums.months12 += tenths;
      if (first >= borders.days90) sums.days90 += tenths;
      lost.set(one.id, sums);
    }
  };
  let first = row?.first ?? openDay;
  while (first < openDay) {
    const candidates = [`${addMonths(first.slice(0, 7), 1)}-01`, borders.months12, borders.days90, openDay];
    const end = candidates.filter((date) => date > first).sort()[0]!;
    await add(first, end);
    first = end;
  }
  return lost;
}
