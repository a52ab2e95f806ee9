import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { componentDays } from '../../db/schema.ts';
import { maintenanceCreate } from '../../src/domain/input.ts';
import { setComponentStatuses } from '../../src/manage/component-statuses.ts';
import { closeDays, pagesWithOpenDays } from '../../src/manage/days.ts';
import { deleteMaintenance, editMaintenance, planMaintenance } from '../../src/manage/maintenance.ts';
import { editPage } from '../../src/manage/pages.ts';
import { type Desk, deskOf, down } from '../fixtures/desk.ts';
import { brokenChains, recount, stored } from '../fixtures/recount.ts';
import { DAY, HOUR, newPage, openSite, pageRow, runSchedule, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
let desk: Desk;
let api: string;
let web: string;

beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
  desk = deskOf(site, pageId);
  [api, web] = [await desk.add('API'), await desk.add('Web')];
  await pass(4 * DAY);
});
afterEach(async () => {
  const counted = await recount(site.store, pageId, site.clock.now);
  expect(await stored(site.store, pageId, counted), 'a recount of all facts').toEqual(counted);
  expect(await brokenChains(site.store, pageId)).toEqual([]);
  await site.close();
});

/** Lets time pass, a quarter of a day at a time, with the scheduler at work. */
async function pass(ms: number): Promise<void> {
  const end = site.clock.now + ms;
  while (site.clock.now < end) {
    site.clock.now = Math.min(site.clock.now + DAY / 4, end);
    await runSchedule(site, pageId);
  }
}

const at = (text: string) => `2026-01-${text}:00Z`;

/** Closed days on which a component was not simply well: hours in a major outage, or under maintenance. */
async function days(
  id: string,
  status: 'majorOutage' | 'underMaintenance' = 'majorOutage',
): Promise<Record<string, number>> {
  const rows = await site.store.read
    .select()
    .from(componentDays)
    .where(eq(componentDays.componentId, id))
    .orderBy(asc(componentDays.date));
  return Object.fromEntries(rows.map((row) => [row.date.slice(8), row[status] / HOUR]));
}

describe('maintenance in the past', () => {
  const plan = async (starts: string, ends: string, ids: string[]) => {
    const body = maintenanceCreate.parse({
      title: 'Work',
      body: 'A router.',
      starts_at: at(starts),
      ends_at: at(ends),
      component_ids: ids,
    });
    return (await planMaintenance(site.manager, site.actor, pageId, body)).value;
  };

  test('counts where it was, moves with its components, and goes with its deletion', async () => {
    const id = await plan('16T06:00', '16T10:00', [api]);
    expect(await days(api, 'underMaintenance')).toEqual({ 16: 4 });
    await editMaintenance(site.manager, site.actor, pageId, id, { component_ids: [web] });
    expect([await days(api, 'underMaintenance'), await days(web, 'underMaintenance')]).toEqual([
      {},
      { 16: 4 },
    ]);
    await deleteMaintenance(site.manager, site.actor, pageId, id);
    expect(await days(web, 'underMaintenance')).toEqual({});
  });

  test('counts apart from another window that begins when it ends', async () => {
    await plan('16T06:00', '16T10:00', [api]);
    const second = await plan('16T10:00', '16T11:00', [api]);
    await deleteMaintenance(site.manager, site.actor, pageId, second);
    expect(await days(api, 'underMaintenance')).toEqual({ 16: 4 });
  });

  test('hides behind an outage', async () => {
    await plan('16T06:00', '16T10:00', [api]);
    await desk.open({
      status: 'resolved',
      started_at: at('16T08:00'),
      resolved_at: at('16T12:00'),
      components: [down(api)],
    });
    expect(await days(api, 'underMaintenance')).toEqual({ 16: 2 });
    expect(await days(api)).toEqual({ 16: 4 });
  });
});

describe('days', () => {
  test('close once they are over, in the page’s time zone, and raise no revision', async () => {
    const tokyo = await newPage(site, { name: 'Tokyo', timezone: 'Asia/Tokyo' });
    const { revision } = await pageRow(site, tokyo);
    expect((await pageRow(site, tokyo)).openDay).toBe('2026-01-18');
    site.clock.now = Date.parse('2026-01-18T15:00:00Z') - 1;
    expect(await closeDays(site.manager, tokyo)).toBe(false);
    site.clock.advance(1);
    const seoul = await newPage(site, { name: 'Seoul', timezone: 'Asia/Seoul' });
    await site.store.write((tx) => tx.run(sql`update pages set open_day = '2026-01-18' where id = ${seoul}`));
    const due = await pagesWithOpenDays(site.manager, 10);
    expect(new Set(due.map(({ id }) => id))).toEqual(new Set([tokyo, seoul]));
    expect(await pagesWithOpenDays(site.manager, 1)).toHaveLength(1);
    expect(await closeDays(site.manager, seoul)).toBe(true);
    expect(await closeDays(site.manager, tokyo)).toBe(true);
    expect(await pageRow(site, tokyo)).toMatchObject({ openDay: '2026-01-19', revision });
    expect(await closeDays(site.manager, tokyo)).toBe(false);
    expect(await pagesWithOpenDays(site.manager, 10)).toEqual([]);
  });

  test('that nobody closed for a week are closed as they were', async () => {
    await setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'major_outage' }]);
    site.clock.advance(2 * DAY);
    await setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'operational' }]);
    site.clock.advance(5 * DAY);
    await closeDays(site.manager, pageId);
    expect(await days(api)).toEqual({ 18: 12, 19: 24, 20: 12 });
  });

  test('move their borders with the time zone of the page', async () => {
    await desk.open({
      status: 'resolved',
      started_at: at('15T12:00'),
      resolved_at: at('15T18:00'),
      components: [down(api)],
    });
    await editPage(site.manager, site.actor, pageId, { timezone: 'Asia/Tokyo' });
    expect(await days(api)).toEqual({ 15: 3, 16: 3 });
    await editPage(site.manager, site.actor, pageId, { timezone: 'America/Sao_Paulo' });
    expect(await days(api)).toEqual({ 15: 6 });
  });

  test('last 23 or 25 hours where the clock changes', async () => {
    await editPage(site.manager, site.actor, pageId, { timezone: 'Europe/Zurich' });
    site.clock.now = Date.parse('2026-03-20T12:00:00Z');
    await closeDays(site.manager, pageId);
    await setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'major_outage' }]);
    site.clock.now = Date.parse('2026-03-31T12:00:00Z');
    await closeDays(site.manager, pageId);
    expect(await days(api)).toMatchObject({ 20: 11, 28: 24, 29: 23, 30: 24 });
  });
});
