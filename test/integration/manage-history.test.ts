import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { componentDays, components } from '../../db/schema.ts';
import { setComponentStatuses } from '../../src/manage/component-statuses.ts';
import { deleteUpdate } from '../../src/manage/incident-updates.ts';
import { deleteIncident } from '../../src/manage/incidents.ts';
import { type Desk, deskOf, down } from '../fixtures/desk.ts';
import { brokenChains, recount, stored } from '../fixtures/recount.ts';
import {
  BEGIN,
  DAY,
  HOUR,
  MINUTE,
  newPage,
  openSite,
  pageRow,
  runSchedule,
  type Site,
} from '../fixtures/store.ts';

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

async function shows(id: string): Promise<string> {
  const [row] = await site.store.read.select().from(components).where(eq(components.id, id));
  return row!.status;
}

describe('an incident that is put on record afterwards', () => {
  test('counts on the closed days between its start and its end, and not now', async () => {
    await desk.open({
      status: 'resolved',
      started_at: at('15T18:00'),
      resolved_at: at('17T06:00'),
      components: [down(api)],
    });
    expect(await days(api)).toEqual({ 15: 6, 16: 24, 17: 6 });
    expect(await days(web)).toEqual({});
    expect(await shows(api)).toBe('operational');
  });

  test('counts from its start when it is still open, and on through the days that follow', async () => {
    await desk.open({ started_at: at('17T12:00'), components: [down(api)] });
    expect(await days(api)).toEqual({ 17: 12 });
    expect(await shows(api)).toBe('major_outage');
    await pass(2 * DAY);
    expect(await days(api)).toEqual({ 17: 12, 18: 24, 19: 24 });
  });

  test('does not count before the component was there', async () => {
    await desk.open({
      status: 'resolved',
      started_at: at('12T00:00'),
      resolved_at: at('14T18:00'),
      components: [down(api)],
    });
    expect(await days(api)).toEqual({ 14: 6 });
  });

  test('counts once where it overlaps with another one', async () => {
    await desk.open({
      status: 'resolved',
      started_at: at('15T00:00'),
      resolved_at: at('15T08:00'),
      components: [down(api)],
    });
    await desk.open({
      status: 'resolved',
      started_at: at('15T06:00'),
      resolved_at: at('15T12:00'),
      components: [down(api)],
    });
    expect(await days(api)).toEqual({ 15: 12 });
  });

  test('joins another one that ended when it began', async () => {
    await desk.open({
      status: 'resolved',
      started_at: at('15T00:00'),
      resolved_at: at('15T08:00'),
      components: [down(api)],
    });
    const second = await desk.open({
      status: 'resolved',
      started_at: at('15T08:00'),
      resolved_at: at('15T10:00'),
      components: [down(api)],
    });
    expect(await days(api)).toEqual({ 15: 10 });
    await deleteIncident(site.manager, site.actor, pageId, second);
    expect(await days(api)).toEqual({ 15: 8 });
  });

  test('raises the version of the closed days only when it reaches them', async () => {
    const { daysVersion } = await pageRow(site, pageId);
    await desk.open({ started_at: site.clock.iso(-MINUTE), components: [down(api)] });
    expect((await pageRow(site, pageId)).daysVersion).toBe(daysVersion);
    await desk.open({ started_at: at('17T12:00'), components: [down(web)] });
    expect((await pageRow(site, pageId)).daysVersion).toBe(daysVersion + 1);
  });
});

describe('corrected times', () => {
  test('of the start move what counts, in both directions', async () => {
    const id = await desk.open({ started_at: at('17T12:00'), components: [down(api)] });
    await desk.patch(id, { started_at: at('16T18:00') });
    expect(await days(api)).toEqual({ 16: 6, 17: 24 });
    await desk.patch(id, { started_at: at('17T20:00') });
    expect(await days(api)).toEqual({ 17: 4 });
  });

  test('of the end move what counts, in both directions', async () => {
    const id = await desk.open({
      status: 'resolved',
      started_at: at('15T18:00'),
      resolved_at: at('16T06:00'),
      components: [down(api)],
    });
    await desk.patch(id, { resolved_at: at('15T20:00') });
    expect(await days(api)).toEqual({ 15: 2 });
    await desk.patch(id, { resolved_at: at('16T12:00') });
    expect(await days(api)).toEqual({ 15: 6, 16: 12 });
  });

  test('of an end that was noticed late cut what counts, and what was said after it', async () => {
    const id = await desk.open({ started_at: at('17T00:00'), components: [down(api)] });
    await pass(DAY);
    await desk.post(id, { components: [{ id: web, status: 'major_outage' }] });
    await pass(DAY);
    await desk.patch(id, { status: 'resolved', resolved_at: at('17T12:00') });
    expect(await days(api)).toEqual({ 17: 12 });
    expect(await days(web)).toEqual({});
    await pass(DAY);
    expect(await days(api)).toEqual({ 17: 12 });
  });

  test('of an end do not outlive the update that resolved it', async () => {
    const id = await desk.open({ started_at: at('17T00:00'), components: [down(api)] });
    await pass(DAY);
    const last = await desk.post(id, { status: 'resolved' });
    await desk.patch(id, { resolved_at: at('17T06:00') });
    await pass(DAY);
    expect(await days(api)).toEqual({ 17: 6 });
    await deleteUpdate(site.manager, site.actor, pageId, id, last);
    expect(await days(api)).toEqual({ 17: 24, 18: 24, 19: 24 });
    expect(await shows(api)).toBe('major_outage');
  });

  test('of an end are forgotten when it is reopened: until then it had said so', async () => {
    const id = await desk.open({ started_at: at('17T00:00'), components: [down(api)] });
    await pass(DAY);
    await desk.post(id, { status: 'resolved' });
    await desk.patch(id, { resolved_at: at('17T06:00') });
    await desk.post(id, { status: 'investigating' });
    expect(await days(api)).toEqual({ 17: 24, 18: 24 });
    expect(await shows(api)).toBe('operational');
  });

  test('of an end that was put later are forgotten too', async () => {
    const id = await desk.open({ started_at: at('17T00:00'), components: [down(api)] });
    await desk.post(id, { status: 'resolved' });
    await pass(DAY);
    await desk.patch(id, { resolved_at: at('18T18:00') });
    const before = await days(api);
    await desk.post(id, { status: 'investigating' });
    expect(before).toEqual({ 17: 24, 18: 18 });
    expect(await days(api)).toEqual({ 17: 24, 18: 12 });
  });
});

describe('taking back', () => {
  test('a deleted incident was never there', async () => {
    const id = await desk.open({ started_at: at('15T12:00'), components: [down(api), down(web)] });
    await pass(DAY);
    await deleteIncident(site.manager, site.actor, pageId, id);
    expect([await days(api), await days(web)]).toEqual([{}, {}]);
    expect(await shows(api)).toBe('operational');
    const [row] = await site.store.read.select().from(components).where(eq(components.id, api));
    expect(row!.statusSince).toBe(BEGIN);
  });

  test('a deleted incident leaves what was set by hand', async () => {
    await setComponentStatuses(site.manager, site.actor, pageId, [{ id: api, status: 'partial_outage' }]);
    const id = await desk.open({ started_at: at('17T12:00'), components: [down(api)] });
    await pass(DAY);
    await deleteIncident(site.manager, site.actor, pageId, id);
    expect(await days(api)).toEqual({ 18: 0 });
    expect(await shows(api)).toBe('partial_outage');
  });

  test('a deleted first update leaves the start to the second', async () => {
    const id = await desk.open({ started_at: at('16T00:00'), components: [down(api)] });
    await desk.post(id, { components: [down(web)] });
    const first = await site.store.read.all<{ id: string }>(
      sql`select id from incident_updates where incident_id = ${id} order by id limit 1`,
    );
    await deleteUpdate(site.manager, site.actor, pageId, id, first[0]!.id);
    expect(await days(api)).toEqual({});
    expect(await days(web)).toEqual({ 16: 24, 17: 24 });
  });
});
